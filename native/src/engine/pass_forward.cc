#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <stdexcept>

#include "engine/mlp.h"
#include "engine/outputs.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "kernels/cpu/capped_logits.h"
#include "operators/operators.h"
#include "runtime/work_threads.h"

namespace autocircuit {

ForwardResult Pass::forward() {
  const at::NoGradGuard no_grad;
  const WorkThreads threads(multiplications_of_block());
  start();
  const int64_t from_point = request_.from ? first_patched_point() : 0;
  for (int64_t layer = from_point / 2; layer < config_.layers; layer++) {
    request_.cancel.check();
    block(layer, from_point);
  }
  keep_resid(end_point(config_));
  ForwardResult result;
  const bool final_hooks = hooks_ && (hooks_->at(Hook::final_scale, 0) || hooks_->at(Hook::final_normalized, 0));
  if (request_.want_logits || request_.want_hidden || request_.reference || final_hooks) {
    if (narrows_ && !narrowed_) narrow(order_.count());
    const at::Tensor x = end_input();
    const NormWeights& ln_final = model_.weights().ln_final;
    const Norm final_norm{config_.norm, config_.eps, ln_final.scale, ln_final.shift};
    const at::Tensor outcome = final_hooks ? hooked_norm(Hook::final_scale, Hook::final_normalized, 0, final_norm, x)
                                           : apply(final_norm, x, type_of(model_.weights()));
    if (request_.want_hidden) hidden_.push_back(outcome);
    if (request_.want_logits || request_.reference) {
      const at::Tensor outputs = output_rows(outcome);
      if (request_.want_logits) result.logits = logits(outputs);
      if (request_.reference) {
        const Reference& reference = *request_.reference;
        result.divergences = divergences(outputs, model_.weights().unembed, model_.weights().unembed_bias, config_.final_softcap,
                                         reference.logits, reference.probabilities)
                                 .view({batch_, -1});
      }
    }
  }
  if (request_.want_hidden) {
    for (at::Tensor& h : hidden_) h = h.view({batch_, length_, config_.d_model});
    result.hidden = at::stack(hidden_);
  }
  if (request_.want_sources || request_.want_run) {
    const at::Tensor sources = collected_sources();
    if (request_.want_sources) result.sources = sources;
    if (kept_) kept_->sources = sources;
  }
  if (latents_ && latents_->trains()) result.activity = latents_->activity().view({batch_, length_});
  if (hooks_) result.hooks = hooks_->values();
  result.run = kept_;
  result.prefix = kept_prefix_;
  return result;
}

const GroupPlan* Pass::find(Reader reader, int64_t layer) const { return plan_ ? plan_->find(reader, layer) : nullptr; }

void Pass::keep_resid(int64_t point) {
  if (kept_) kept_->resid[point] = frame_.resid;
}

// The heads run, then write; an MLP beside them reads before they do. A run that starts at the MLP skips the heads.
void Pass::block(int64_t layer, int64_t from_point) {
  const bool heads_run = attention_point(layer) >= from_point;
  const bool last = layer + 1 == config_.layers;
  hook_stream(Hook::resid_pre, layer);
  if (request_.want_hidden) hidden_.push_back(frame_.resid.to(type_of(model_.weights())));
  keep_resid(attention_point(layer));
  Heads heads;
  if (heads_run) heads = run_heads(layer);
  else if (last && narrows_) narrow(order_.before(mlp_point(config_, layer)));
  const bool has_mlp = !config_.attn_only;
  at::Tensor mlp;
  if (has_mlp && config_.parallel) mlp = run_mlp(layer);
  if (autoencoder_of_attention(layer)) {
    write_attention_latents(layer, heads.z);
  } else {
    const at::Tensor before = frame_.resid;
    if (heads_run) write_heads(layer, heads);
    hook_attention(layer, before, heads.z);
  }
  if (!config_.parallel) hook_stream(Hook::resid_mid, layer);
  if (has_mlp && !config_.parallel) {
    if (order_.has_mid()) {
      read_residual(Reader::mid, layer);
      record_stream(order_.mid(layer));
    }
    keep_resid(attention_point(layer) + 1);
    mlp = run_mlp(layer);
  }
  if (has_mlp && autoencoder_of_mlp(layer)) write_latents(layer, mlp);
  else if (has_mlp) write_mlp(layer, mlp);
  hook_stream(Hook::resid_post, layer);
  if (!factorized_ && !last) {
    read_residual(Reader::post, layer);
    record_stream(order_.post(layer));
  }
}

at::Tensor Pass::ablated_outputs(int64_t first, int64_t count) const {
  if (!plan_) return {};
  const at::Tensor part = ablated_->sources().narrow(0, first, count).flatten(1, 2);
  return frame_.length() == length_ ? part : at_positions(part, 1, length_, frame_.positions);
}

// A source's output becomes its delta (or stays as it is, where nothing is patched).
void Pass::record(int64_t source, const at::Tensor& output) {
  if (!frame_.delta.late.defined()) return;
  if (!live_.delta[source]) return;
  at::Tensor slot = frame_.delta.late.select(0, source - frame_.delta.first_late);
  if (!plan_) {
    slot.copy_(output);
    return;
  }
  const at::Tensor ablated = ablated_outputs(source, 1)[0];
  const auto per_example = [&](const at::Tensor& x) { return x.view({-1, ablated.size(0), config_.d_model}); };
  at::Tensor deltas = per_example(slot);
  at::sub_out(deltas, ablated.unsqueeze(0), per_example(output));
}

// A source that is the stream itself, which goes on as what is recorded.
void Pass::record_stream(int64_t source) {
  const at::ScalarType type = type_of(model_.weights());
  frame_.resid = frame_.resid.to(type).to(stream_type(model_.weights()));
  record(source, frame_.resid);
}

at::Tensor Pass::run_mlp(int64_t layer) {
  if (!live_.mlp[layer]) return {};
  const BlockWeights& block = model_.weights().blocks[layer];
  const GroupPlan* plan = find(Reader::mlp, layer);
  if (plan && plan->rows[0] == RowKind::ablated && !hooks_) {
    at::Tensor out = ablated_->mlp_output(layer);
    if (frame_.length() != length_) out = at_positions(out, 0, length_, frame_.positions);
    return out.size(0) == frame_.n() ? out : out.repeat({frame_.n() / out.size(0), 1});
  }
  const ReaderInput input =
      input_of(plan, layer, Projection::mlp_in, {1}, through_hooked_norm(Hook::ln2_scale, Hook::ln2_normalized, layer, Projection::mlp_in));
  if (reads_input(layer)) {
    transcoded_ = transcoder_input(layer, input);
    // Without errors nobody asks what the MLP would give.
    if (gradients_) saved_[layer].resid_mlp = frame_.resid;
    if (!model_.autoencoders()->errors()) return {};
  }
  const bool gated = block.w_gate.defined();
  const at::Tensor in = hooked(gated ? Hook::mlp_pre_linear : Hook::mlp_pre, layer, input.project(Projection::mlp_in));
  const at::Tensor gate = gated ? hooked(Hook::mlp_pre, layer, input.project(Projection::mlp_gate)) : at::Tensor();
  if (gradients_) {
    Saved& saved = saved_[layer];
    saved.resid_mlp = frame_.resid;
    saved.in = in;
    saved.gate = gate;
  }
  const at::Tensor hidden = hooked(Hook::mlp_post, layer, hidden_units(config_.activation, in, gate));
  if (reads_neurons(layer)) return hidden;
  const at::Tensor raw = apply({block.w_out, block.b_out}, hidden);
  if (gradients_ && block.ln2_post.scale.defined()) saved_[layer].mlp_raw = raw;
  return hooked(Hook::mlp_out, layer, post_normed(config_, block.ln2_post, raw));
}

void Pass::write_mlp(int64_t layer, const at::Tensor& out) {
  if (out.defined() && live_.resid[attention_point(layer) + 2]) frame_.resid = frame_.resid + out;
  record(order_.mlp(layer), out);
}

// Unfactorised graphs: the stream itself is replaced where a patched edge ends.
void Pass::read_residual(Reader reader, int64_t layer) {
  const GroupPlan* plan = find(reader, layer);
  if (!plan || plan->all(RowKind::plain)) return;
  frame_.resid = patched_inputs(frame_, *plan, 0, {0}, Norm{})[0];
}

at::Tensor Pass::end_input() {
  end_resid_ = frame_.resid;
  const GroupPlan* plan = find(Reader::end, config_.layers - 1);
  if (!plan || plan->all(RowKind::plain)) return frame_.resid;
  if (plan->rows[0] == RowKind::ablated) {
    at::Tensor x = ablated_->resid(end_point(config_));
    if (frame_.length() != length_) x = at_positions(x, 0, length_, frame_.positions);
    return x.size(0) == frame_.n() ? x : x.repeat({frame_.n() / x.size(0), 1});
  }
  return patched_inputs(frame_, *plan, end_point(config_), {0}, Norm{})[0];
}

// The rows of x [N, d_model] that outputs are asked for.
at::Tensor Pass::output_rows(const at::Tensor& x) const {
  if (!request_.positions || narrowed_) return x;
  return at_positions(x, 0, frame_.length(), *request_.positions);
}

at::Tensor Pass::logits(const at::Tensor& rows) {
  const Weights& weights = model_.weights();
  const at::Tensor out = capped_logits(rows, weights.unembed, weights.unembed_bias, config_.final_softcap);
  if (config_.final_softcap > 0 && gradients_) raw_logits_ = out;
  return out.view({batch_, -1, config_.d_vocab_out});
}

at::Tensor Pass::collected_sources() const {
  const at::Tensor late = frame_.delta.late.view({order_.count(), batch_, length_, config_.d_model});
  const at::Tensor outputs = plan_ ? ablated_->sources() - late : late;
  return latents_ ? latents_->behind(outputs) : outputs;
}

}  // namespace autocircuit
