#pragma once

namespace autocircuit {

// Makes LibTorch's dispatcher know the operators of table.h. Call once before the first pass; later calls do nothing. (Not when the
// addon is loaded, where an exception would end the process: a second copy of the addon must fail with an error.)
void register_operators();

}  // namespace autocircuit
