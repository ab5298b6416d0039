#pragma once

#include <napi.h>

namespace autocircuit {

// fromHost(typed array, shape, dtype) -> tensor. Copies at once; converts to `dtype` on the executor.
Napi::Value from_host(const Napi::CallbackInfo& info);

// toHost(tensor) -> promise of a typed array: float32 and smaller floats as Float32Array, float64 as Float64Array,
// int64 as BigInt64Array, int32 as Int32Array, uint8 and bool as Uint8Array.
Napi::Value to_host(const Napi::CallbackInfo& info);

}  // namespace autocircuit
