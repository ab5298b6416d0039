#pragma once

#include <ATen/core/Tensor.h>

#include "engine/backward_rules.h"
#include "engine/config.h"

namespace autocircuit {

at::Tensor activate(Activation activation, const at::Tensor& x);

// Hidden units from the products with W_in and (gated MLPs) W_gate; `gate` is undefined in plain MLPs.
at::Tensor hidden_units(Activation activation, const at::Tensor& in, const at::Tensor& gate);

// Gradients of the two products from that of the hidden units. Made from the products alone: a pass with gradients need not keep
// the hidden units, the widest tensor of a block.
struct HiddenGrads {
  at::Tensor in, gate;
};
HiddenGrads hidden_units_backward(Activation activation, const at::Tensor& grad, const at::Tensor& in, const at::Tensor& gate,
                                  const BackwardRules& rules = {});

}  // namespace autocircuit
