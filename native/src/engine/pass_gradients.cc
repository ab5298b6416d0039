#include <ATen/ATen.h>

#include <stdexcept>
#include <string>

#include "devices/device_index.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "operators/operators.h"

// What a backward pass gives besides the gradient of the mask, and how it goes through norms by the rules of the patch.
namespace autocircuit {
namespace {

std::string text_of(at::IntArrayRef sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

void check_shape(const char* what, const at::Tensor& given, at::IntArrayRef wanted) {
  if (given.sizes() != wanted)
    throw std::invalid_argument(std::string(what) + " must have shape " + text_of(wanted) + ", it has " + text_of(given.sizes()));
}

}  // namespace

void Pass::check_gradients() const {
  const Patch& patch = *request_.patch;
  if (!patch.autoencoder_leaves.empty() && !latents_)
    throw std::invalid_argument("leaves of autoencoders belong to a network that has some");
  const bool asked =
      patch.directions.defined() || patch.ablation_leaf.defined() || patch.outputs_leaf.defined() || !patch.autoencoder_leaves.empty();
  if (asked && !gradients_) throw std::invalid_argument("directions and leaves belong to a mask that records gradients");
  if (patch.directions.defined()) {
    const bool shared = patch.directions.dim() == 4 && patch.directions.size(1) == 1;
    check_shape("directions", patch.directions, {order_.count(), shared ? 1 : batch_, length_, config_.d_model});
  }
  if (patch.ablation_leaf.defined()) check_shape("the leaf of the ablation", patch.ablation_leaf, patch.ablation->sources().sizes());
  if (!patch.outputs_leaf.defined()) return;
  if (!factorized_) throw std::invalid_argument("gradients of the sources' outputs need a factorised graph");
  check_shape("the leaf of the outputs", patch.outputs_leaf, {order_.count(), batch_, length_, config_.d_model});
}

void Pass::start_gradients() {
  const Patch& patch = *request_.patch;
  const at::TensorOptions& options = model_.weights().options;
  const std::vector<int64_t> all{order_.count(), batch_ * length_, config_.d_model};
  const auto zeros = [&] { return at::zeros(all, options.dtype(stream_type(model_.weights()))); };
  if (patch.directions.defined())
    directions_ = patch.directions.detach().to(options).expand({order_.count(), batch_, length_, config_.d_model}).reshape(all);
  if (patch.ablation_leaf.defined()) ablation_grad_ = zeros();
  if (patch.outputs_leaf.defined()) outputs_grad_ = zeros();
}

void Pass::scale_gradients(const at::Tensor& scale) {
  if (ablation_grad_.defined()) ablation_grad_.div_(scale);
  if (outputs_grad_.defined()) outputs_grad_.div_(scale);
}

// A patched input takes m times a source's ablated output: its gradient is m times the input's.
void Pass::add_ablation_gradient(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  if (!ablation_grad_.defined()) return;
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t rows = plan ? plan->group->heads : 1;
    const at::Tensor part = grad.narrow(0, row, rows);
    row += rows;
    if (!plan || !plan->any_patched()) continue;
    const at::Tensor weights = plan->values.to(grad.options());  // [M, T, rows, sources]
    const at::Tensor per_position = plan_->by_token() ? weights.index_select(1, index_on(grad.device(), frame.positions))
                                                      : weights.expand({-1, frame.length(), -1, -1});
    const at::Tensor per_mask = part.view({rows, masks_, batch_ / masks_, frame.length(), config_.d_model});
    const at::Tensor added = at::einsum("mtrs,rmbtd->smbtd", {per_position, per_mask}).to(ablation_grad_.scalar_type());
    const at::Tensor into = ablation_grad_.narrow(0, plan->group->first_source, plan->group->sources)
                                .view({plan->group->sources, batch_, length_, config_.d_model});
    const at::Tensor by_example = added.reshape({plan->group->sources, batch_, frame.length(), config_.d_model});
    into.index_add_(2, index_on(grad.device(), frame.positions), by_example);
  }
}

void Pass::keep_output_gradient(int64_t source, int64_t count, const at::Tensor& grad) {
  if (!outputs_grad_.defined()) return;
  const at::Tensor into = outputs_grad_.narrow(0, source, count).view({count, batch_, length_, config_.d_model});
  const at::Tensor from = grad.reshape({count, batch_, frame_.length(), config_.d_model}).to(into.scalar_type());
  into.index_copy_(2, index_on(grad.device(), frame_.positions), from);
}

at::Tensor Pass::ablation_gradient() const {
  if (!ablation_grad_.defined()) return {};
  const at::Tensor& leaf = request_.patch->ablation_leaf;
  const int64_t shared = batch_ / leaf.size(1);  // example b takes the ablation's row b mod its batch
  return ablation_grad_.view({order_.count(), shared, leaf.size(1), length_, config_.d_model}).sum(1).to(leaf.options());
}

at::Tensor Pass::outputs_gradient() const {
  if (!outputs_grad_.defined()) return {};
  return outputs_grad_.view({order_.count(), batch_, length_, config_.d_model}).to(request_.patch->outputs_leaf.options());
}

std::vector<at::Tensor> Pass::autoencoder_gradients() const {
  return latents_ && latents_->trains() ? latents_->gradients() : std::vector<at::Tensor>();
}

void Pass::through_norm_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) const {
  if (!request_.patch->rules.norms) return norm_backward_rows_(grad, x, norm);
  if (norm.kind == NormKind::none) return;
  const at::Tensor wide = widened(x);
  const bool centred = norm.kind == NormKind::layer;
  const at::Tensor middle = centred ? wide - wide.mean(-1, true) : wide;
  const at::Tensor scale = at::rsqrt(middle.square().mean(-1, true) + norm.eps);
  at::Tensor through = widened(grad);
  if (norm.scale.defined()) through = through * norm.scale;
  if (centred) through = through - through.mean(-1, true);
  grad.copy_(through * scale.view({-1, grad.size(1), 1}));
}

}  // namespace autocircuit
