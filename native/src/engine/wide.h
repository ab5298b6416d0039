#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// float16 and bfloat16 as float32, other types as they are: for what would overflow or lose its digits in between.
inline at::Tensor widened(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf || x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
}

}  // namespace autocircuit
