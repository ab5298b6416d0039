#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>

#include "runtime/error.h"
#include "tensor/op.h"
#include "tensor/operand.h"

namespace autocircuit {

namespace {

using Binary = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

template <Binary F>
constexpr Op compare() {
  return {1, 2, [](const Tensors& in, const Params& params) { return Tensors{F(in[0], right_operand(in, params))}; }};
}

Tensors bool_like_input(const Tensors& in, const Params&) { return {at::empty_like(in[0], in[0].options().dtype(at::kBool))}; }

Tensors logical_not(const Tensors& in, const Params&) { return {at::logical_not(in[0])}; }

Tensors logical_and(const Tensors& in, const Params&) { return {at::logical_and(in[0], in[1])}; }

Tensors infer_logical_and(const Tensors& in, const Params&) { return {at::eq(in[0], in[1])}; }

Tensors is_nan(const Tensors& in, const Params&) { return {at::isnan(in[0])}; }

Tensors is_finite(const Tensors& in, const Params&) { return {at::isfinite(in[0])}; }

Tensors where(const Tensors& in, const Params&) { return {at::where(in[0], in[1], in[2])}; }

Tensors infer_where(const Tensors& in, const Params&) {
  if (in[0].scalar_type() != at::kBool) throw Error(ErrorCode::dtype, "the condition must be a bool tensor.");
  const auto sizes = at::infer_size(in[0].sizes(), at::infer_size(in[1].sizes(), in[2].sizes()));
  return {at::empty(sizes, in[0].options().dtype(at::result_type(in[1], in[2])))};
}

}  // namespace

OpEntries comparison_ops() {
  return {
      {"eq", compare<at::eq>()},
      {"ne", compare<at::ne>()},
      {"lt", compare<at::lt>()},
      {"le", compare<at::le>()},
      {"gt", compare<at::gt>()},
      {"ge", compare<at::ge>()},
      {"logicalNot", {1, 1, logical_not, bool_like_input}},
      {"logicalAnd", {2, 2, logical_and, infer_logical_and}},
      {"isNaN", {1, 1, is_nan, bool_like_input}},
      {"isFinite", {1, 1, is_finite, bool_like_input}},
      {"where", {3, 3, where, infer_where}},
  };
}

}  // namespace autocircuit
