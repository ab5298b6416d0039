#pragma once

#include <ATen/core/Tensor.h>

#include "engine/config.h"

namespace autocircuit {

at::Tensor activate(Activation activation, const at::Tensor& x);

// Hidden units from the products with W_in and (gated MLPs) W_gate; `gate` is undefined in plain MLPs.
at::Tensor hidden_units(Activation activation, const at::Tensor& in, const at::Tensor& gate);

}  // namespace autocircuit
