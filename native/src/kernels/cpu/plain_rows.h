#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "operators/operators.h"

namespace autocircuit {

// R rows that all read the stream x [N, D] as it is, through one norm.
struct PlainRows {
  at::Tensor grad;  // [R, N, D] gradients of the norm's outputs
  at::Tensor x;
  Norm norm;
  at::Tensor delta;                // [S, N, D]
  std::vector<int64_t> bucket_of;  // [N], or empty where there is one
  int64_t buckets = 1;
  std::vector<at::Tensor> beside{};  // [B, N, D] gradients of inputs of B more rows, in all tensors together
  bool holds_denominator = false;    // the norm's is held constant (BackwardRules)
};

// Their backward: adds the gradients of the norm's inputs, summed over the R rows, to `stream` [N, D], and gives the products of all rows
// with the deltas by bucket, [buckets, R + B, S]. The same as norm_backward_rows_, a sum over the rows and mask_gradient, in one visit:
// what the norm gives back never leaves the cache, but for `keep` [R, N, D], where it is defined. CPU; all may be parts of larger batches.
at::Tensor plain_rows_backward(const PlainRows& rows, at::Tensor& stream, at::Tensor& keep);

// Whether it is made for such a stream: on the CPU, in float32 or float64.
bool has_plain_rows(const at::Tensor& x);

}  // namespace autocircuit
