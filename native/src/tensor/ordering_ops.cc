#include <ATen/ATen.h>

#include <tuple>

#include "tensor/op.h"

namespace autocircuit {

namespace {

Tensors topk(const Tensors& in, const Params& params) {
  auto [values, indices] = at::topk(in[0], params.integer(0), params.integer_or(1, -1));
  return {values, indices};
}

// Stable, so that equal values keep their order and results do not depend on the machine.
Tensors sort(const Tensors& in, const Params& params) {
  auto [values, indices] = at::sort(in[0], /*stable=*/true, params.integer_or(0, -1), params.flag(1));
  return {values, indices};
}

Tensors argsort(const Tensors& in, const Params& params) { return {sort(in, params)[1]}; }

}  // namespace

OpEntries ordering_ops() {
  return {
      {"topk", {1, 1, topk}},
      {"sort", {1, 1, sort}},
      {"argsort", {1, 1, argsort}},
  };
}

}  // namespace autocircuit
