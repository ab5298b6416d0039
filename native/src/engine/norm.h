#pragma once

#include <ATen/core/Tensor.h>

#include "operators/operators.h"

namespace autocircuit {

// A norm of x [..., d_model], which may be wider than the result.
at::Tensor apply(const Norm& norm, const at::Tensor& x, at::ScalarType type);

}  // namespace autocircuit
