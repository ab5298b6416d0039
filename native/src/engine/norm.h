#pragma once

#include <ATen/core/Tensor.h>

#include "engine/config.h"
#include "engine/weights.h"

namespace autocircuit {

// A pre-norm: how a reader normalises its input before projecting it.
struct Norm {
  NormKind kind = NormKind::none;
  double eps = 1e-5;
  NormWeights weights;

  // x: [..., d_model] -> same shape.
  at::Tensor operator()(const at::Tensor& x) const;

  // Gradient of the input from the gradient of the output; `x` is what the forward was given, [N, d_model].
  // `grad` is [R, N, d_model]: R readers of the same input. Works in place on `grad` and returns it.
  at::Tensor& backward_(at::Tensor& grad, const at::Tensor& x) const;
};

}  // namespace autocircuit
