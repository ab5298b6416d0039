#include <ATen/ATen.h>
#include <ATen/WrapDimUtils.h>

#include <limits>

#include "runtime/error.h"
#include "tensor/op.h"

namespace autocircuit {

namespace {

Tensors slice(const Tensors& in, const Params& params) {
  const int64_t end = params.integer_or(2, std::numeric_limits<int64_t>::max());
  return {at::slice(in[0], params.integer(0), params.integer(1), end, params.integer_or(3, 1))};
}

Tensors select(const Tensors& in, const Params& params) { return {at::select(in[0], params.integer(0), params.integer(1))}; }

Tensors index_select(const Tensors& in, const Params& params) { return {at::index_select(in[0], params.integer(0), in[1])}; }

Tensors infer_index_select(const Tensors& in, const Params& params) {
  const at::Tensor& index = in[1];
  if (index.scalar_type() != at::kLong && index.scalar_type() != at::kInt) {
    throw Error(ErrorCode::dtype, "the index must be int64 or int32.");
  }
  if (index.dim() > 1) throw Error(ErrorCode::shape, "the index must have one dimension.");
  const auto dim = at::maybe_wrap_dim(params.integer(0), in[0].dim());
  auto sizes = in[0].sizes().vec();
  if (!sizes.empty()) sizes[dim] = index.numel();
  return {at::empty(sizes, in[0].options())};
}

Tensors gather(const Tensors& in, const Params& params) { return {at::gather(in[0], params.integer(0), in[1])}; }

}  // namespace

OpEntries indexing_ops() {
  return {
      {"slice", {1, 1, slice, nullptr, true}},
      {"select", {1, 1, select, nullptr, true}},
      {"indexSelect", {2, 2, index_select, infer_index_select}},
      {"gather", {2, 2, gather}},
  };
}

}  // namespace autocircuit
