#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "operators/norm_kind.h"

namespace autocircuit {

// Backward of R rows that all read the stream x [N, D] as it is, through one norm. From `grad` [R, N, D], gradients of the norm's
// outputs, it adds those of its inputs, summed over the rows, to `stream` [N, D], and gives their products with the deltas
// [S, N, D] by bucket, [buckets, R, S]. The same as norm_backward_rows_, a sum over the rows and mask_gradient, in one visit: what
// the norm gives back never leaves the cache. CPU; delta and grad may be parts of larger batches.
at::Tensor plain_rows_backward(const at::Tensor& grad, const at::Tensor& x, NormKind kind, double eps, const at::Tensor& scale,
                               const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets, at::Tensor& stream);

// Whether it is made for such a stream: on the CPU, in float32 or float64.
bool has_plain_rows(const at::Tensor& x);

}  // namespace autocircuit
