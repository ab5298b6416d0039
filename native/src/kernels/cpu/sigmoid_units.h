#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/kernels.h"

// SiLU, quick GELU and GELU by tanh, alone or as the gate of another tensor: one visit of each number where LibTorch makes several.
namespace autocircuit {

// SiLU is x sigmoid(x).
constexpr SigmoidUnit kSilu{1.0f, 0.0f};
// Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), section 2: GELU by the sigmoid, and by tanh, where
// tanh(u) = 2 sigmoid(2 u) - 1.
constexpr SigmoidUnit kQuickGelu{1.702f, 0.0f};
constexpr SigmoidUnit kTanhGelu{1.5957691216057308f, 0.0713548163f};

// Whether the kernels take it: float32 on the CPU, and nobody asks for its gradient.
bool takes_sigmoid_units(const at::Tensor& x);

// act(x), times `by` where that is defined. @throws Error shape where the two are of other shapes
at::Tensor sigmoid_units(const SigmoidUnit& unit, const at::Tensor& x, const at::Tensor& by = {});

// d loss / d x and, where `by` is defined, d loss / d by from `grad`, that of what `sigmoid_units` gives.
struct SigmoidUnitsBackward {
  at::Tensor x, by;
};
SigmoidUnitsBackward sigmoid_units_backward(const SigmoidUnit& unit, const at::Tensor& grad, const at::Tensor& x,
                                            const at::Tensor& by = {});

}  // namespace autocircuit
