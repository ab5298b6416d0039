#include <ATen/ATen.h>

#include "runtime/error.h"
#include "tensor/op.h"

namespace autocircuit {

namespace {

Tensors full(const Tensors&, const Params& params) {
  return {at::full(params.list(0), params.scalar(1), at::TensorOptions().dtype(params.dtype(2)))};
}

Tensors infer_full(const Tensors&, const Params& params) {
  params.scalar(1);
  return {at::empty(params.list(0), at::TensorOptions().dtype(params.dtype(2)).device(at::kMeta))};
}

Tensors arange(const Tensors&, const Params& params) { return {at::arange(params.integer(0), at::TensorOptions().dtype(params.dtype(1)))}; }

Tensors infer_arange(const Tensors&, const Params& params) {
  const int64_t count = params.integer(0);
  if (count < 0) throw Error(ErrorCode::bad_input, "the number of elements must not be negative.");
  return {at::empty({count}, at::TensorOptions().dtype(params.dtype(1)).device(at::kMeta))};
}

}  // namespace

OpEntries creation_ops() {
  return {
      {"full", {0, 0, full, infer_full}},
      {"arange", {0, 0, arange, infer_arange}},
  };
}

}  // namespace autocircuit
