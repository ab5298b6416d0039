#pragma once

#include <ATen/core/Tensor.h>

#include "operators/operators.h"

namespace autocircuit {

// A norm of x [..., d_model].
at::Tensor apply(const Norm& norm, const at::Tensor& x);

}  // namespace autocircuit
