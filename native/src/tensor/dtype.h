#pragma once

#include <c10/core/ScalarType.h>

#include <string>

namespace autocircuit {

// Names as in TypeScript: float32, float64, bfloat16, float16, int64, int32, uint8, bool. Throws Error dtype.
at::ScalarType dtype_from_name(const std::string& name);
// Throws Error dtype for a dtype without a name.
std::string dtype_name(at::ScalarType dtype);

}  // namespace autocircuit
