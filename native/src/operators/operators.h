#pragma once

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cstdint>
#include <optional>

#include "operators/dispatched.h"
#include "operators/norm_kind.h"
#include "operators/row_lists.h"
#include "operators/table.h"

namespace autocircuit {

// The operators of table.h as the engine calls them: with tensors that may be undefined, and contiguous ones made of those that are not.

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

inline std::optional<at::Tensor> if_defined(const at::Tensor& t) { return t.defined() ? std::optional(t) : std::nullopt; }
inline std::optional<at::Tensor> dense_if_defined(const at::Tensor& t) {
  return t.defined() ? std::optional(t.contiguous()) : std::nullopt;
}

// [rows, n, D]
inline at::Tensor patched_rows(const PatchedRows& rows, const Norm& norm) {
  const auto call = [&](const auto& patched_rows) {
    const RowLists& lists = rows.lists;
    return patched_rows(dense_if_defined(rows.resid), dense_if_defined(rows.ablated), lists.from_ablated, if_defined(rows.delta.early),
                        if_defined(rows.delta.late), rows.delta.first_late, lists.begin, lists.source, lists.weight, rows.token_of,
                        lists.rows, lists.masks, lists.tokens, rows.n, static_cast<int64_t>(norm.kind), norm.eps,
                        dense_if_defined(norm.scale), dense_if_defined(norm.shift));
  };
  // A stream that is wider than the sources: kernels elsewhere than on the CPU take one type.
  const at::Tensor& source = rows.delta.late.defined() ? rows.delta.late : rows.delta.early;
  const at::Tensor& base = rows.resid.defined() ? rows.resid : rows.ablated;
  const bool mixed = source.defined() && source.scalar_type() != base.scalar_type() && !base.is_cpu();
  if (!mixed) return call(dispatched::patched_rows);
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  return call(portable::patched_rows);
}

inline void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) {
  if (norm.kind == NormKind::none) return;
  dispatched::norm_backward_rows_(grad, x.contiguous(), static_cast<int64_t>(norm.kind), norm.eps, dense_if_defined(norm.scale));
}

// `ablated` may be undefined (outputs stay as they are), `resid` too (nothing is added).
inline void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated, at::Tensor& resid) {
  dispatched::absorb_outputs_(out, dense_if_defined(ablated), if_defined(resid));
}

// `bucket_of` undefined: all in one bucket.
inline at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets) {
  const at::Tensor bucket = bucket_of.defined() ? bucket_of : at::empty({0}, grad.options().dtype(at::kInt));
  return dispatched::mask_gradient(grad.contiguous(), delta.contiguous(), bucket, buckets);
}

inline at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap,
                              const at::Tensor& expected, const at::Tensor& probabilities) {
  return dispatched::divergences(x, weight, if_defined(bias), softcap, expected.contiguous(), probabilities.contiguous());
}

}  // namespace autocircuit
