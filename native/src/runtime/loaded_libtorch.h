#pragma once

#include <string>

namespace autocircuit {

// The version of the LibTorch that is loaded, from the files beside it; it may not be the one compiled against. "unknown" where
// they do not say. (LibTorch's own word, at::show_config, would make it look for CUDA, once and for all.)
std::string loaded_libtorch();

}  // namespace autocircuit
