#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "runtime/error.h"
#include "tensor/op.h"

namespace autocircuit {

namespace {

Tensors detach(const Tensors& in, const Params&) { return {in[0].detach()}; }

// A copy: a leaf that shared memory with its origin would keep more alive than it looks.
Tensors leaf(const Tensors& in, const Params&) {
  at::Tensor copy = in[0].detach().clone(at::MemoryFormat::Contiguous);
  copy.set_requires_grad(true);
  return {copy};
}

Tensors infer_leaf(const Tensors& in, const Params&) {
  if (!in[0].is_floating_point()) throw Error(ErrorCode::dtype, "only floating point tensors have gradients.");
  return {at::empty_like(in[0], at::MemoryFormat::Contiguous)};
}

// in[0] is the scalar, the others are what to differentiate by; parameter 0 keeps the graph for another call.
Tensors grad(const Tensors& in, const Params& params) {
  const Tensors leaves(in.begin() + 1, in.end());
  if (!in[0].requires_grad()) {
    throw Error(ErrorCode::bad_input, "grad: the scalar does not depend on a tensor made by requireGrad().");
  }
  Tensors gradients = torch::autograd::grad({in[0].reshape({})}, leaves, {}, /*retain_graph=*/params.flag(0),
                                            /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t i = 0; i < gradients.size(); i++) {
    if (!gradients[i].defined()) gradients[i] = at::zeros_like(leaves[i]);
  }
  return gradients;
}

Tensors infer_grad(const Tensors& in, const Params&) {
  if (in[0].numel() != 1) throw Error(ErrorCode::shape, "the first tensor must be a scalar (one element).");
  Tensors gradients;
  for (size_t i = 1; i < in.size(); i++) gradients.push_back(at::empty_like(in[i]));
  return gradients;
}

}  // namespace

OpEntries autograd_ops() {
  return {
      {"detach", {1, 1, detach, nullptr, true}},
      {"requireGrad", {1, 1, leaf, infer_leaf}},
      {"grad", {2, std::numeric_limits<size_t>::max(), grad, infer_grad, false, true}},
  };
}

}  // namespace autocircuit
