#include "engine/attention_core.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/cpu/attended_heads.h"

namespace autocircuit {
namespace {

// The kernel for autograd.
class AttendedHeads : public torch::autograd::Function<AttendedHeads> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::optional<at::Tensor>& allowed_in, double scale) {
    const at::Tensor allowed = allowed_in.value_or(at::Tensor());
    const Attended result = attended_heads(q, k, v, allowed, scale);
    context->save_for_backward({q, k, v, allowed, result.statistics});
    context->saved_data["scale"] = scale;
    return result.z;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& grads) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const AttendedGrads result =
        attended_heads_backward(grads[0], saved[0], saved[1], saved[2], saved[3], context->saved_data["scale"].toDouble(), saved[4]);
    return {result.q, result.k, result.v, {}, {}};
  }
};

}  // namespace

at::Tensor for_each_query_head(const at::Tensor& x, int64_t query_heads) {
  return x.size(1) == query_heads ? x : x.repeat_interleave(query_heads / x.size(1), 1);
}

at::Tensor attention_core(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& allowed, double scale) {
  const std::optional<at::Tensor> mask = allowed.defined() ? std::optional<at::Tensor>(allowed) : std::nullopt;
  if (can_attend(q, k, v)) return AttendedHeads::apply(q, k, v, mask, scale);
  return at::scaled_dot_product_attention(q, for_each_query_head(k, q.size(1)), for_each_query_head(v, q.size(1)), mask, 0.0, false, scale);
}

}  // namespace autocircuit
