#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// x / sqrt(mean of x^2 + eps) * scale over the last dimension, in one visit of each row, as patched rows have it. On the CPU, float32 or
// float64; `scale` [D] of that type, or undefined. Autograd does not see it.
at::Tensor rms_normed(const at::Tensor& x, double eps, const at::Tensor& scale);

}  // namespace autocircuit
