#include "engine/backward_pass.h"

#include <ATen/ATen.h>

#include "devices/device_index.h"
#include "engine/latent_blocks.h"
#include "engine/patched_inputs.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

namespace autocircuit {
namespace {

// grad [rows, V] of logits -> [rows, D]. Losses usually look at few tokens: then only their columns of the matrix are read.
at::Tensor through_unembedding(const at::Tensor& grad, const at::Tensor& unembed) {
  const auto are_many = [&](int64_t tokens) { return 8 * tokens > grad.size(1); };
  // Who looks at many, as a divergence does, looks at them in the first row too: the others need not be searched.
  if (are_many(at::count_nonzero(grad.narrow(0, 0, 1)).item<int64_t>())) return product(grad, unembed.t());
  const at::Tensor tokens = at::nonzero(at::any(grad != 0, 0)).flatten();
  if (are_many(tokens.size(0))) return product(grad, unembed.t());
  return at::mm(grad.index_select(1, tokens), unembed.t().index_select(0, tokens));
}

// The power of two that brings the largest number of a gradient in float16 close to 1: far below it there are no digits left, and what
// flows back is linear in the gradient.
at::Tensor scale_to_one(const at::Tensor& grad) {
  constexpr double smallest = 1.0 / (1 << 24);
  return at::exp2(at::floor(at::log2(grad.abs().amax().to(at::kFloat).clamp_min(smallest))).neg());
}

}  // namespace

BackwardPass::BackwardPass(const PassPlan& plan, Tape tape)
    : pass_(plan), model_(plan.model), config_(plan.config), rules_(plan.request.patch->rules), tape_(std::move(tape)),
      frame_(std::move(tape_.frame)), latents_(plan.latents ? std::make_optional<LatentGradients>(plan, tape_.latents) : std::nullopt),
      gradients_(plan, latents_ ? &*latents_ : nullptr) {}

at::Tensor BackwardPass::run(const at::Tensor& grad_logits, const at::Tensor& grad_activity) {
  if (grad_activity.defined()) latents_->start(grad_activity);
  const bool scaled = model_.weights().options.dtype() == at::kHalf;
  const at::Tensor scale = scaled ? scale_to_one(grad_logits) : at::Tensor();
  through_end(scaled ? (grad_logits.to(at::kFloat) * scale).to(at::kHalf) : grad_logits);
  for (int64_t block = config_.layers - 1; block >= 0; block--) {
    pass_.request.cancel.check();
    through_block(block);
    tape_.blocks[block] = {};
  }
  const int64_t start = pass_.order.start();
  gradients_.keep_outputs(frame_, start, 1, frame_.source_grad.defined() ? frame_.grad + frame_.source_grad[start] : frame_.grad);
  if (scaled) gradients_.divide(scale);
  return gradients_.of_mask();
}

std::vector<at::Tensor> BackwardPass::autoencoder_gradients() const {
  return pass_.trains_latents() ? latents_->of_leaves() : std::vector<at::Tensor>();
}

void BackwardPass::through_end(const at::Tensor& grad_logits) {
  const Weights& weights = model_.weights();
  const Norm final_norm{config_.norm, config_.eps, weights.ln_final.scale, weights.ln_final.shift};
  at::Tensor grad = grad_logits.reshape({-1, config_.d_vocab_out}).to(weights.options);
  if (tape_.raw_logits.defined()) grad = grad * (1 - (tape_.raw_logits / config_.final_softcap).square());
  at::Tensor x_grad = through_unembedding(grad, weights.unembed);
  const bool selected = pass_.request.positions && !tape_.narrowed();
  if (selected) {
    const at::Tensor index = index_on(x_grad.device(), *pass_.request.positions);
    const at::Tensor all = at::zeros({pass_.batch, pass_.seq_len, config_.d_model}, x_grad.options());
    x_grad = all.index_add(1, index, x_grad.view({pass_.batch, -1, config_.d_model})).view({frame_.n(), config_.d_model});
  }
  const GroupPlan* plan = pass_.find(GroupKind::end, config_.layers - 1);
  at::Tensor x = tape_.end_resid;
  if (plan && plan->any_patched()) {
    Frame at_end = frame_;
    at_end.resid = tape_.end_resid;
    x = patched_inputs(pass_, tape_.latents, at_end, *plan, {0}, Norm{})[0];
  }
  at::Tensor rows = x_grad.unsqueeze(0).contiguous();
  through_norm_(rows, x, final_norm);
  // As wide as the stream: what patched edges take away is added up in another order, and has to cancel.
  const at::Tensor grad_end = rows[0].to(stream_type(model_.weights()));
  frame_.grad = pass_.factorized ? at::zeros_like(grad_end) : grad_end;
  if (pass_.factorized) return flow({plan}, rows);
  gradients_.contract(frame_, {plan}, rows);
  if (plan) take_from_sources(*plan, rows);
}

void BackwardPass::through_block(int64_t block) {
  if (autoencoder_of_stream(model_, block)) through_latents_of_stream(block);
  else if (!pass_.factorized && block + 1 < config_.layers) through_residual_group(GroupKind::post, block);
  const at::Tensor out_grad = frame_.grad, bias_grad = frame_.bias_grad;
  if (!config_.attn_only) {
    through_mlp(block, out_grad);
    if (pass_.order.has_mid()) through_residual_group(GroupKind::mid, block);
  }
  if (config_.parallel) through_attention(block, out_grad, bias_grad);
  else through_attention(block, frame_.grad, frame_.bias_grad);
}

void BackwardPass::through_residual_group(GroupKind kind, int64_t block) {
  const int64_t source = kind == GroupKind::mid ? pass_.order.mid(block) : pass_.order.post(block);
  if (frame_.source_grad.defined()) frame_.grad = frame_.grad + frame_.source_grad[source];
  gradients_.keep_outputs(frame_, source, 1, frame_.grad);
  const GroupPlan* plan = pass_.find(kind, block);
  if (!plan) return;
  const at::Tensor rows = frame_.grad.unsqueeze(0);
  gradients_.contract(frame_, {plan}, rows.to(type_of(model_.weights())));
  take_from_sources(*plan, rows);
}

// Back from the asked positions to all of them.
void BackwardPass::widen() {
  const at::Tensor index = index_on(frame_.grad.device(), *pass_.request.positions);
  Frame& full = *tape_.all_positions;
  const auto spread = [&](const at::Tensor& x, int64_t dim) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape[dim] = full.n();
    const at::Tensor wide = at::zeros(shape, x.options()).unflatten(dim, {pass_.batch, pass_.seq_len});
    return wide.index_add(dim + 1, index, x.unflatten(dim, {pass_.batch, frame_.seq_len()})).flatten(dim, dim + 1);
  };
  full.grad = spread(frame_.grad, 0);
  if (frame_.source_grad.defined()) full.source_grad = spread(frame_.source_grad, 1);
  if (frame_.bias_grad.defined()) full.bias_grad = spread(frame_.bias_grad, 0);
  frame_ = full;
}

}  // namespace autocircuit
