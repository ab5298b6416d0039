#include "engine/mlp.h"

#include <ATen/ATen.h>

#include "kernels/cpu/sigmoid_units.h"

namespace autocircuit {
namespace {

// The activation as the CPU's kernels make it of x; null where they do not.
const SigmoidUnit* unit_of(Activation activation, const at::Tensor& x) {
  if (!takes_sigmoid_units(x)) return nullptr;
  switch (activation) {
    case Activation::silu: return &kSilu;
    case Activation::quick_gelu: return &kQuickGelu;
    case Activation::gelu_new: return &kTanhGelu;
    default: return nullptr;
  }
}

}  // namespace

at::Tensor activate(Activation activation, const at::Tensor& x) {
  if (const SigmoidUnit* unit = unit_of(activation, x)) return sigmoid_units(*unit, x);
  switch (activation) {
    case Activation::relu: return at::relu(x);
    case Activation::gelu: return at::gelu(x, "none");
    case Activation::gelu_new: return at::gelu(x, "tanh");
    case Activation::silu: return at::silu(x);
    case Activation::quick_gelu: return x * at::sigmoid(x * 1.702);
  }
  return x;
}

namespace {

at::Tensor activate_backward(Activation activation, const at::Tensor& grad, const at::Tensor& x) {
  switch (activation) {
    case Activation::relu: return at::threshold_backward(grad, x, 0);
    case Activation::gelu: return at::gelu_backward(grad, x, "none");
    case Activation::gelu_new: return at::gelu_backward(grad, x, "tanh");
    case Activation::silu: return at::silu_backward(grad, x);
    case Activation::quick_gelu: {
      const at::Tensor sigmoid = at::sigmoid(x * 1.702);
      return grad * sigmoid * (1 + x * 1.702 * (1 - sigmoid));
    }
  }
  return grad;
}

// act(x) = x * const(act(x) / x), with x kept away from 0.
at::Tensor as_multiple_backward(Activation activation, const at::Tensor& grad, const at::Tensor& x) {
  const at::Tensor away = at::copysign(at::full({}, 1e-6, x.options()), x).add_(x);
  return activate(activation, x).mul_(grad).div_(away);
}

}  // namespace

at::Tensor hidden_units(Activation activation, const at::Tensor& in, const at::Tensor& gate) {
  if (!gate.defined()) return activate(activation, in);
  const SigmoidUnit* unit = unit_of(activation, gate);
  return unit ? sigmoid_units(*unit, gate, in) : activate(activation, gate) * in;
}

HiddenGrads hidden_units_backward(Activation activation, const at::Tensor& grad, const at::Tensor& in, const at::Tensor& gate,
                                  const BackwardRules& rules) {
  const SigmoidUnit* unit = rules.activations ? nullptr : unit_of(activation, in);
  if (unit && !gate.defined()) return {sigmoid_units_backward(*unit, grad, in).x, {}};
  if (unit) {
    const SigmoidUnitsBackward made = sigmoid_units_backward(*unit, rules.gates ? grad * 0.5 : grad, gate, in);
    return {made.by, made.x};
  }
  const auto through = rules.activations ? as_multiple_backward : activate_backward;
  if (!gate.defined()) return {through(activation, grad, in), {}};
  const at::Tensor part = rules.gates ? grad * 0.5 : grad;
  return {part * activate(activation, gate), through(activation, part * in, gate)};
}

}  // namespace autocircuit
