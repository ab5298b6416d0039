#pragma once

#include <ATen/core/Tensor.h>

#include "engine/weights.h"

namespace autocircuit {

// float16 and bfloat16 as float32, other types as they are: for what would overflow or lose its digits in between.
inline at::Tensor widened(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf || x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
}

inline at::ScalarType type_of(const Weights& weights) { return weights.options.dtype().toScalarType(); }

// The type of the residual stream: on the host that of sums, so that it is what its sources, each rounded, add up to, and nothing is left
// of it where patched edges take all of them away. Rounded itself it would leave its own rounding, which a norm magnifies. Elsewhere the
// kernels take streams of the network's type.
inline at::ScalarType stream_type(const Weights& weights) {
  return weights.options.device().is_cpu() ? weights.sum_type() : type_of(weights);
}

}  // namespace autocircuit
