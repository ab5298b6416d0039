#include "engine/rotary.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/cpu/rotary_pairs.h"

namespace autocircuit {
namespace {

// The kernel for autograd: a rotation's gradient is turned back.
class RotaryPairs : public torch::autograd::Function<RotaryPairs> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                            bool interleaved) {
    context->save_for_backward({cos, sin});
    context->saved_data["interleaved"] = interleaved;
    return rotary_pairs(x, cos, sin, interleaved);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& grads) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    return {apply(grads[0], saved[0], -saved[1], context->saved_data["interleaved"].toBool()), {}, {}, {}};
  }
};

}  // namespace

int64_t rotary_kind(const RotaryConfig& rotary, int64_t block) { return rotary.layer_type.empty() ? 0 : rotary.layer_type[block]; }

Rotation rotation_at(const at::Tensor& positions, const RotaryConfig& rotary, const Weights& weights, int64_t kind) {
  const at::Tensor angles = positions.to(at::kDouble).unsqueeze(-1) * weights.frequencies[kind];
  const double scale = rotary.scale.empty() ? 1.0 : rotary.scale[kind];
  return {(at::cos(angles) * scale).to(weights.sum_type()), (at::sin(angles) * scale).to(weights.sum_type())};
}

at::Tensor rotated(const at::Tensor& x, const Rotation& by, const RotaryConfig& rotary) {
  if (x.is_cpu()) return RotaryPairs::apply(x, by.cos, by.sin, rotary.interleaved);
  const at::Tensor cos = by.cos.unsqueeze(2), sin = by.sin.unsqueeze(2);
  const at::Tensor part = x.narrow(-1, 0, rotary.dim);
  at::Tensor turned;
  if (rotary.interleaved) {
    const at::Tensor pairs = part.unflatten(-1, {rotary.dim / 2, 2});
    const at::Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    turned = at::stack({a * cos - b * sin, b * cos + a * sin}, -1).flatten(-2);
  } else {
    const at::Tensor a = part.narrow(-1, 0, rotary.dim / 2), b = part.narrow(-1, rotary.dim / 2, rotary.dim / 2);
    turned = at::cat({a * cos - b * sin, b * cos + a * sin}, -1);
  }
  turned = turned.to(x.scalar_type());
  if (rotary.dim == x.size(-1)) return turned;
  return at::cat({turned, x.narrow(-1, rotary.dim, x.size(-1) - rotary.dim)}, -1);
}

}  // namespace autocircuit
