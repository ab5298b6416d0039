#include <ATen/ATen.h>

#include <tuple>

#include "runtime/error.h"
#include "tensor/op.h"

namespace autocircuit {

namespace {

// Parameter 0: dimension(s), all when left out. Parameter 1: keep the reduced dimensions with size 1.

Tensors sum(const Tensors& in, const Params& params) { return {at::sum(in[0], params.optional_list(0), params.flag(1))}; }

Tensors mean(const Tensors& in, const Params& params) { return {at::mean(in[0], params.optional_list(0), params.flag(1))}; }

Tensors max(const Tensors& in, const Params& params) {
  if (!params.has(0)) return {at::max(in[0])};
  return {std::get<0>(at::max(in[0], params.integer(0), params.flag(1)))};
}

Tensors min(const Tensors& in, const Params& params) {
  if (!params.has(0)) return {at::min(in[0])};
  return {std::get<0>(at::min(in[0], params.integer(0), params.flag(1)))};
}

Tensors infer_extreme(const Tensors& in, const Params& params) {
  if (params.has(0)) return max(in, params);
  if (in[0].numel() == 0) throw Error(ErrorCode::shape, "an empty tensor has no largest or smallest element.");
  return {at::empty({}, in[0].options())};
}

Tensors argmax(const Tensors& in, const Params& params) { return {at::argmax(in[0], params.integer(0), params.flag(1))}; }

Tensors argmin(const Tensors& in, const Params& params) { return {at::argmin(in[0], params.integer(0), params.flag(1))}; }

Tensors any(const Tensors& in, const Params&) { return {at::any(in[0]).to(at::kBool)}; }

Tensors all(const Tensors& in, const Params&) { return {at::all(in[0]).to(at::kBool)}; }

Tensors cumsum(const Tensors& in, const Params& params) { return {at::cumsum(in[0], params.integer(0))}; }

Tensors softmax(const Tensors& in, const Params& params) { return {at::softmax(in[0], params.integer(0))}; }

Tensors log_softmax(const Tensors& in, const Params& params) { return {at::log_softmax(in[0], params.integer(0))}; }

}  // namespace

OpEntries reduction_ops() {
  return {
      {"sum", {1, 1, sum}},
      {"mean", {1, 1, mean}},
      {"max", {1, 1, max, infer_extreme}},
      {"min", {1, 1, min, infer_extreme}},
      {"argmax", {1, 1, argmax}},
      {"argmin", {1, 1, argmin}},
      {"any", {1, 1, any}},
      {"all", {1, 1, all}},
      {"cumsum", {1, 1, cumsum}},
      {"softmax", {1, 1, softmax}},
      {"logSoftmax", {1, 1, log_softmax}},
  };
}

}  // namespace autocircuit
