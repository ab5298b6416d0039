#pragma once

#include <napi.h>

namespace autocircuit {

// Adds `apply(name, tensors, parameters)`, `fromHost(data, shape, dtype)`, `mapFile(path, offset, shape, dtype)`, `toHost(tensor)`.
void init_tensor_functions(Napi::Env env, Napi::Object exports);

}  // namespace autocircuit
