#include "engine/forward_pass.h"

#include <ATen/ATen.h>

#include "engine/latent_blocks.h"
#include "engine/patched_inputs.h"
#include "engine/wide.h"
#include "kernels/cpu/capped_logits.h"
#include "operators/operators.h"

namespace autocircuit {

ForwardResult ForwardPass::run() {
  start();
  const int64_t first_block = start_ ? pass_.leaves_run_at / 2 : 0;
  for (int64_t block = first_block; block < config_.layers; block++) {
    pass_.request.cancel.check();
    through_block(block);
  }
  keep_resid(end_point(config_));
  ForwardResult result;
  finish(result);
  if (pass_.request.want_resid) {
    for (at::Tensor& h : kept_resid_) h = h.view({pass_.batch, pass_.seq_len, config_.d_model});
    result.resid = at::stack(kept_resid_);
  }
  if (pass_.request.want_source_outputs || pass_.request.keep_run) {
    const at::Tensor sources = collected_sources();
    if (pass_.request.want_source_outputs) result.source_outputs = sources;
    if (kept_) kept_->source_outputs = sources;
  }
  if (latents_ && pass_.request.want_latents) result.latents = latents_->activations().view({pass_.batch, pass_.seq_len, -1});
  if (pass_.trains_latents()) result.activity = latents_->activity().view({pass_.batch, pass_.seq_len});
  if (hooks_) result.hooks = hooks_->values();
  result.run = kept_;
  result.prefix = kept_prefix_;
  return result;
}

// The heads run, then write; an MLP beside them reads before they do. A run that starts at the MLP skips the heads.
void ForwardPass::through_block(int64_t block) {
  const bool heads_run = !start_ || attention_point(block) >= pass_.leaves_run_at;
  const bool last = block + 1 == config_.layers;
  hook_stream(Hook::resid_pre, block);
  if (pass_.request.want_resid) kept_resid_.push_back(frame_.resid.to(type_of(model_.weights())));
  keep_resid(attention_point(block));
  Heads heads;
  if (heads_run) heads = run_heads(block);
  else if (last && pass_.narrows) narrow(pass_.order.before(mlp_point(config_, block)));
  const bool has_mlp = !config_.attn_only;
  at::Tensor mlp;
  if (has_mlp && config_.parallel) mlp = run_mlp(block);
  if (autoencoder_of_attention(model_, block)) {
    write_attention_latents(block, heads.z);
  } else {
    const at::Tensor before = frame_.resid;
    if (heads_run) write_heads(block, heads);
    hook_attention(block, before, heads.z);
  }
  if (!config_.parallel) hook_stream(Hook::resid_mid, block);
  if (has_mlp && !config_.parallel) {
    if (pass_.order.has_mid()) {
      read_residual(GroupKind::mid, block);
      record_stream(pass_.order.mid(block));
    }
    keep_resid(attention_point(block) + 1);
    mlp = run_mlp(block);
  }
  if (has_mlp && autoencoder_of_mlp(model_, block)) write_latents(block, mlp);
  else if (has_mlp) write_mlp(block, mlp);
  hook_stream(Hook::resid_post, block);
  if (!pass_.order.has_post(block)) return;
  if (pass_.factorized) return write_stream_latents(block);
  read_residual(GroupKind::post, block);
  record_stream(pass_.order.post(block));
}

// What the network gives at its end, where somebody asks for it.
void ForwardPass::finish(ForwardResult& result) {
  const ForwardRequest& request = pass_.request;
  const bool final_hooks = hooks_ && (hooks_->at(Hook::final_scale, 0) || hooks_->at(Hook::final_normalized, 0));
  if (!request.want_logits && !request.want_resid && !request.reference && !final_hooks) return;
  if (pass_.narrows && !tape_.narrowed()) narrow(pass_.order.count());
  const at::Tensor x = end_input();
  const Weights& weights = model_.weights();
  const Norm final_norm{config_.norm, config_.eps, weights.ln_final.scale, weights.ln_final.shift};
  const at::Tensor outcome =
      final_hooks ? hooked_norm(Hook::final_scale, Hook::final_normalized, 0, final_norm, x) : apply(final_norm, x, type_of(weights));
  if (request.want_resid) kept_resid_.push_back(outcome);
  if (!request.want_logits && !request.reference) return;
  const at::Tensor outputs = output_rows(outcome);
  if (request.want_logits) result.logits = logits(outputs);
  if (!request.reference) return;
  const Reference& reference = *request.reference;
  result.divergences =
      divergences(outputs, weights.unembed, weights.unembed_bias, config_.final_softcap, reference.logits, reference.probabilities)
          .view({pass_.batch, -1});
}

at::Tensor ForwardPass::end_input() {
  tape_.end_resid = frame_.resid;
  const GroupPlan* plan = pass_.find(GroupKind::end, config_.layers - 1);
  if (!plan || plan->all(RowKind::plain)) return frame_.resid;
  if (plan->rows[0] == RowKind::ablated) {
    at::Tensor x = pass_.ablated->resid(end_point(config_));
    if (frame_.seq_len() != pass_.seq_len) x = at_positions(x, 0, pass_.seq_len, frame_.positions);
    return x.size(0) == frame_.n() ? x : x.repeat({frame_.n() / x.size(0), 1});
  }
  return patched_inputs(pass_, tape_.latents, frame_, *plan, {0}, Norm{})[0];
}

// The rows of x [N, d_model] that outputs are asked for.
at::Tensor ForwardPass::output_rows(const at::Tensor& x) const {
  if (!pass_.request.positions || tape_.narrowed()) return x;
  return at_positions(x, 0, frame_.seq_len(), *pass_.request.positions);
}

at::Tensor ForwardPass::logits(const at::Tensor& rows) {
  const Weights& weights = model_.weights();
  const at::Tensor out = capped_logits(rows, weights.unembed, weights.unembed_bias, config_.final_softcap);
  if (config_.final_softcap > 0 && pass_.gradients) tape_.raw_logits = out;
  return out.view({pass_.batch, -1, config_.d_vocab_out});
}

// Unfactorised graphs: the stream itself is replaced where a patched edge ends.
void ForwardPass::read_residual(GroupKind kind, int64_t block) {
  const GroupPlan* plan = pass_.find(kind, block);
  if (!plan || plan->all(RowKind::plain)) return;
  frame_.resid = patched_inputs(pass_, tape_.latents, frame_, *plan, {0}, Norm{})[0];
}

at::Tensor ForwardPass::collected_sources() const {
  const at::Tensor late = frame_.delta.late.view({pass_.order.count(), pass_.batch, pass_.seq_len, config_.d_model});
  const auto outputs = [&] {
    // Example b takes the ablation's row b mod its batch.
    const at::Tensor& ablated = pass_.ablated->sources();
    return (ablated.unsqueeze(1) - late.unflatten(1, {-1, ablated.size(1)})).flatten(1, 2);
  };
  const at::Tensor sources = pass_.mask ? outputs() : late;
  return latents_ ? latents_->behind(sources) : sources;
}

void ForwardPass::keep_resid(int64_t point) {
  if (kept_) kept_->resid[point] = frame_.resid;
}

Tape ForwardPass::take_tape() {
  tape_.frame = std::move(frame_);
  return std::move(tape_);
}

}  // namespace autocircuit
