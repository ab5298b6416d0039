#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "operators/norm_kind.h"
#include "operators/row_lists.h"

namespace autocircuit {

// The operators of schemas.h, called through LibTorch's dispatcher: kernels of our own on the CPU and, where its library is
// loaded, on the GPU; LibTorch's operators on every other device. Not recorded for autograd.

// ablated - current, one slice a source. `early` sources come from a kept run whose batch is repeated once per mask.
struct Delta {
  at::Tensor early;        // [early sources, N / masks, D] or undefined
  at::Tensor late;         // [sources from first_late on, N, D]
  int64_t first_late = 0;  // index of late[0]
};

struct Norm {
  NormKind kind = NormKind::none;
  double eps = 1e-5;
  at::Tensor scale, shift;  // [D] or undefined
};

struct PatchedRows {
  at::Tensor resid;    // [n or a divisor, D]: base of rows near the unpatched input; may be undefined when no row uses it
  at::Tensor ablated;  // [n or a divisor, D]: base of rows near the fully ablated input; may be undefined likewise
  const Delta& delta;
  const RowLists& lists;
  at::Tensor token_of;  // [positions of this frame] int32: token index of each
  int64_t n;
};

// [rows, n, D]
at::Tensor patched_rows(const PatchedRows& rows, const Norm& norm);
void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, const Norm& norm);
// `ablated` may be undefined (outputs stay as they are), `resid` too (nothing is added).
void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated, at::Tensor& resid);
// `bucket_of` undefined: all in one bucket.
at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets);
at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap, const at::Tensor& expected,
                       const at::Tensor& probabilities);

}  // namespace autocircuit
