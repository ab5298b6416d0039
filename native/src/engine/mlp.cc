#include "engine/mlp.h"

#include <ATen/ATen.h>

namespace autocircuit {

at::Tensor activate(Activation activation, const at::Tensor& x) {
  switch (activation) {
    case Activation::relu:
      return at::relu(x);
    case Activation::gelu:
      return at::gelu(x, "none");
    case Activation::gelu_new:
      return at::gelu(x, "tanh");
    case Activation::silu:
      return at::silu(x);
    case Activation::quick_gelu:
      return x * at::sigmoid(x * 1.702);
  }
  return x;
}

at::Tensor hidden_units(Activation activation, const at::Tensor& in, const at::Tensor& gate) {
  return gate.defined() ? activate(activation, gate) * in : activate(activation, in);
}

}  // namespace autocircuit
