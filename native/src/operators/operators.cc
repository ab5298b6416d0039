#include "operators/operators.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>

#include "operators/signatures.h"

namespace autocircuit {
namespace {

template <class Signature>
c10::TypedOperatorHandle<Signature> find(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

std::optional<at::Tensor> given(const at::Tensor& t) { return t.defined() ? std::optional<at::Tensor>(t) : std::nullopt; }
std::optional<at::Tensor> dense(const at::Tensor& t) { return t.defined() ? std::optional<at::Tensor>(t.contiguous()) : std::nullopt; }

}  // namespace

at::Tensor patched_rows(const PatchedRows& rows, const Norm& norm) {
  // A stream that is wider than the sources: kernels take one type.
  const at::Tensor& source = rows.delta.late.defined() ? rows.delta.late : rows.delta.early;
  const at::Tensor& base = rows.resid.defined() ? rows.resid : rows.ablated;
  const bool mixed = source.defined() && source.scalar_type() != base.scalar_type();
  static const auto op = find<signatures::PatchedRows>("autocircuit::patched_rows");
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  const RowLists& lists = rows.lists;
  if (mixed)
    return portable::patched_rows(dense(rows.resid), dense(rows.ablated), lists.from_ablated, given(rows.delta.early),
                                  given(rows.delta.late), rows.delta.first_late, lists.begin, lists.source, lists.weight, rows.token_of,
                                  lists.rows, lists.masks, lists.tokens, rows.n, static_cast<int64_t>(norm.kind), norm.eps,
                                  dense(norm.scale), dense(norm.shift));
  return op.call(dense(rows.resid), dense(rows.ablated), lists.from_ablated, given(rows.delta.early), given(rows.delta.late),
                 rows.delta.first_late, lists.begin, lists.source, lists.weight, rows.token_of, lists.rows, lists.masks, lists.tokens,
                 rows.n, static_cast<int64_t>(norm.kind), norm.eps, dense(norm.scale), dense(norm.shift));
}

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) {
  if (norm.kind == NormKind::none) return;
  static const auto op = find<signatures::NormBackwardRows>("autocircuit::norm_backward_rows_");
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  op.call(grad, x.contiguous(), static_cast<int64_t>(norm.kind), norm.eps, dense(norm.scale));
}

void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated, at::Tensor& resid) {
  static const auto op = find<signatures::AbsorbOutputs>("autocircuit::absorb_outputs_");
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  op.call(out, dense(ablated), given(resid));
}

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets) {
  static const auto op = find<signatures::MaskGradient>("autocircuit::mask_gradient");
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  const at::Tensor bucket = bucket_of.defined() ? bucket_of : at::empty({0}, grad.options().dtype(at::kInt));
  return op.call(grad.contiguous(), delta.contiguous(), bucket, buckets);
}

at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap, const at::Tensor& expected,
                       const at::Tensor& probabilities) {
  static const auto op = find<signatures::Divergences>("autocircuit::divergences");
  const at::AutoDispatchBelowADInplaceOrView no_autograd;
  return op.call(x, weight, given(bias), softcap, expected.contiguous(), probabilities.contiguous());
}

}  // namespace autocircuit
