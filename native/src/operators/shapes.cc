#include <ATen/ops/empty.h>

#include "operators/table.h"
#include "runtime/error.h"

namespace autocircuit::shapes {
namespace {

at::ScalarType sum_type(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16 ? at::kFloat : type; }

}  // namespace

at::Tensor patched_rows(const signatures::OptionalTensor& resid, const signatures::OptionalTensor& ablated, const at::Tensor&,
                        const signatures::OptionalTensor&, const signatures::OptionalTensor&, int64_t, const at::Tensor&, const at::Tensor&,
                        const at::Tensor&, const at::Tensor&, int64_t rows, int64_t, int64_t, int64_t n, int64_t, double,
                        const signatures::OptionalTensor&, const signatures::OptionalTensor&) {
  if (!resid && !ablated) throw Error(ErrorCode::bad_input, "patched_rows needs a base: resid, ablated or both");
  const at::Tensor& base = resid ? *resid : *ablated;
  return at::empty_symint({rows, n, base.sym_size(1)}, base.options());
}

void norm_backward_rows_(at::Tensor&, const at::Tensor&, int64_t, double, const signatures::OptionalTensor&) {}

void absorb_outputs_(at::Tensor&, const signatures::OptionalTensor&, const signatures::OptionalTensor&) {}

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor&, int64_t buckets) {
  return at::empty_symint({buckets, grad.sym_size(0), delta.sym_size(0)}, grad.options().dtype(sum_type(grad.scalar_type())));
}

at::Tensor divergences(const at::Tensor& x, const at::Tensor&, const signatures::OptionalTensor&, double, const at::Tensor& expected,
                       const at::Tensor&) {
  return at::empty_symint({x.sym_size(0)}, expected.options());
}

}  // namespace autocircuit::shapes
