#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/processor.h"

namespace autocircuit {

// The core of attention on the CPU, of narrower types in float32 and rounded once. Queries [B, Hq, Pq, d], keys and values [B, Hk, Pk, d]
// of any strides, Hq a multiple of Hk: each key head serves as many neighbouring query heads. `allowed` [1 or B, 1, Pq, Pk], bool, each
// row with a key; undefined where every query sees all keys. What an example's head gives does not depend on what else is in the batch.
// Autograd does not see it.
struct Attended {
  at::Tensor z;           // [B, Hq, Pq, d], in memory [B, Pq, Hq, d]
  at::Tensor statistics;  // by which the backward makes the same weights again
};
Attended attended_heads(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& allowed, double scale,
                        const Kernels& use = kernels());

struct AttendedGrads {
  at::Tensor q, k, v;  // as their inputs, in memory [B, P, H, d]
};
AttendedGrads attended_heads_backward(const at::Tensor& z_grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const at::Tensor& allowed, double scale, const at::Tensor& statistics,
                                      const Kernels& use = kernels());

// Whether it has a kernel for them: a group's keys have to lie in the second-level cache.
bool can_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

}  // namespace autocircuit
