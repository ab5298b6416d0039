#include <ATen/ATen.h>

#include <limits>

#include "runtime/error.h"
#include "tensor/op.h"

namespace autocircuit {

namespace {

constexpr size_t any_number = std::numeric_limits<size_t>::max();

Tensors matmul(const Tensors& in, const Params&) { return {at::matmul(in[0], in[1])}; }

Tensors infer_matmul(const Tensors& in, const Params& params) {
  // The meta kernels do not look at it.
  if (in[0].scalar_type() != in[1].scalar_type()) throw Error(ErrorCode::dtype, "both tensors must have the same dtype.");
  return matmul(in, params);
}

Tensors transpose(const Tensors& in, const Params& params) { return {at::transpose(in[0], params.integer(0), params.integer(1))}; }

Tensors permute(const Tensors& in, const Params& params) { return {at::permute(in[0], params.list(0))}; }

Tensors reshape(const Tensors& in, const Params& params) { return {at::reshape(in[0], params.list(0))}; }

Tensors unsqueeze(const Tensors& in, const Params& params) { return {at::unsqueeze(in[0], params.integer(0))}; }

Tensors squeeze(const Tensors& in, const Params& params) { return {at::squeeze(in[0], params.integer(0))}; }

Tensors expand(const Tensors& in, const Params& params) { return {in[0].expand(params.list(0))}; }

Tensors repeat_interleave(const Tensors& in, const Params& params) {
  return {at::repeat_interleave(in[0], params.integer(0), params.integer(1))};
}

Tensors contiguous(const Tensors& in, const Params&) { return {in[0].contiguous()}; }

Tensors cat(const Tensors& in, const Params& params) { return {at::cat(in, params.integer_or(0, 0))}; }

Tensors stack(const Tensors& in, const Params& params) { return {at::stack(in, params.integer_or(0, 0))}; }

Tensors to_dtype(const Tensors& in, const Params& params) { return {in[0].to(params.dtype(0))}; }

Tensors clone(const Tensors& in, const Params&) { return {in[0].clone(at::MemoryFormat::Contiguous)}; }

}  // namespace

OpEntries shape_ops() {
  return {
      {"matmul", {2, 2, matmul, infer_matmul}},
      {"transpose", {1, 1, transpose, nullptr, true}},
      {"permute", {1, 1, permute, nullptr, true}},
      {"reshape", {1, 1, reshape, nullptr, true}},
      {"unsqueeze", {1, 1, unsqueeze, nullptr, true}},
      {"squeeze", {1, 1, squeeze, nullptr, true}},
      {"expand", {1, 1, expand, nullptr, true}},
      {"repeatInterleave", {1, 1, repeat_interleave}},
      {"contiguous", {1, 1, contiguous}},
      {"cat", {1, any_number, cat}},
      {"stack", {1, any_number, stack}},
      {"to", {1, 1, to_dtype}},
      {"clone", {1, 1, clone}},
  };
}

}  // namespace autocircuit
