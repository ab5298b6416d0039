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

namespace {

at::Tensor activate_backward(Activation activation, const at::Tensor& grad, const at::Tensor& x) {
  switch (activation) {
    case Activation::relu:
      return at::threshold_backward(grad, x, 0);
    case Activation::gelu:
      return at::gelu_backward(grad, x, "none");
    case Activation::gelu_new:
      return at::gelu_backward(grad, x, "tanh");
    case Activation::silu:
      return at::silu_backward(grad, x);
    case Activation::quick_gelu: {
      const at::Tensor sigmoid = at::sigmoid(x * 1.702);
      return grad * sigmoid * (1 + x * 1.702 * (1 - sigmoid));
    }
  }
  return grad;
}

}  // namespace

at::Tensor hidden_units(Activation activation, const at::Tensor& in, const at::Tensor& gate) {
  return gate.defined() ? activate(activation, gate) * in : activate(activation, in);
}

HiddenGrads hidden_units_backward(Activation activation, const at::Tensor& grad, const at::Tensor& in, const at::Tensor& gate) {
  if (!gate.defined()) return {activate_backward(activation, grad, in), {}};
  return {grad * activate(activation, gate), activate_backward(activation, grad * in, gate)};
}

}  // namespace autocircuit
