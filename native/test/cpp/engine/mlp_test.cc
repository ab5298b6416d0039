#include "engine/mlp.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "check.h"

using namespace autocircuit;

TEST("the MLP's gradients are those that LibTorch records, for every activation, gated or not") {
  at::manual_seed(4);
  const at::Tensor grad = at::randn({3, 17}, at::kDouble);
  for (const Activation activation : {Activation::relu, Activation::gelu, Activation::gelu_new, Activation::silu, Activation::quick_gelu})
    for (const bool gated : {false, true}) {
      const at::AutoGradMode record(true);
      const at::Tensor in = at::randn({3, 17}, at::kDouble).requires_grad_();
      const at::Tensor gate = gated ? at::randn({3, 17}, at::kDouble).requires_grad_() : at::Tensor();
      hidden_units(activation, in, gate).backward(grad);
      const at::NoGradGuard silent;
      const HiddenGrads given = hidden_units_backward(activation, grad, in.detach(), gated ? gate.detach() : gate);
      CHECK((given.in - in.grad()).abs().max().item<double>() < 1e-12);
      CHECK(given.gate.defined() == gated);
      if (gated) CHECK((given.gate - gate.grad()).abs().max().item<double>() < 1e-12);
    }
}
