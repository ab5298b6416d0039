#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// softmax(scale * q k^T) v for autograd. q [B, Hq, Pq, d], k and v [B, Hk, Pk, d], Hq a multiple of Hk; `allowed` [1 or B, 1, Pq, Pk],
// bool, or undefined. By a kernel of our own where there is one, else by LibTorch's.
at::Tensor attention_core(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& allowed, double scale);

// Keys or values once for every query head.
at::Tensor for_each_query_head(const at::Tensor& x, int64_t query_heads);

}  // namespace autocircuit
