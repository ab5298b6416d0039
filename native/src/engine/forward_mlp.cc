#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/latent_blocks.h"
#include "engine/mlp.h"
#include "engine/outputs.h"

namespace autocircuit {

// What the MLP adds to the stream [N, D], or its neurons where an autoencoder reads these; undefined where it need not run.
at::Tensor ForwardPass::run_mlp(int64_t block) {
  if (!pass_.live.mlp[block]) return {};
  const BlockWeights& weights = model_.weights().blocks[block];
  const GroupPlan* plan = pass_.find(GroupKind::mlp, block);
  if (plan && plan->rows[0] == RowKind::ablated && !hooks_) {
    at::Tensor out = pass_.ablated->mlp_output(block);
    if (frame_.seq_len() != pass_.seq_len) out = at_positions(out, 0, pass_.seq_len, frame_.positions);
    return out.size(0) == frame_.n() ? out : out.repeat({frame_.n() / out.size(0), 1});
  }
  const GroupInput input =
      input_of(plan, block, Projection::mlp_in, {1}, through_hooked_norm(Hook::ln2_scale, Hook::ln2_normalized, block, Projection::mlp_in));
  Tape::Block& saved = tape_.blocks[block];
  if (pass_.gradients) saved.resid_mlp = frame_.resid;
  if (reads_input(model_, block)) {
    transcoded_ = transcoder_input(block, input);
    // Without errors nobody asks what the MLP would give.
    if (!model_.autoencoders()->errors()) return {};
  }
  const bool gated = weights.w_gate.defined();
  const at::Tensor in = hooked(gated ? Hook::mlp_pre_linear : Hook::mlp_pre, block, input.project(Projection::mlp_in));
  const at::Tensor gate = gated ? hooked(Hook::mlp_pre, block, input.project(Projection::mlp_gate)) : at::Tensor();
  if (pass_.gradients) {
    saved.in = in;
    saved.gate = gate;
  }
  const at::Tensor hidden = hooked(Hook::mlp_post, block, hidden_units(config_.activation, in, gate));
  if (reads_neurons(model_, block)) return hidden;
  const at::Tensor raw = apply({weights.w_out, weights.b_out}, hidden);
  if (pass_.gradients && weights.ln2_post.scale.defined()) saved.mlp_raw = raw;
  return hooked(Hook::mlp_out, block, post_normed(config_, weights.ln2_post, raw));
}

void ForwardPass::write_mlp(int64_t block, const at::Tensor& out) {
  if (out.defined() && pass_.live.resid[attention_point(block) + 2]) frame_.resid = frame_.resid + out;
  record(pass_.order.mlp(block), out);
}

}  // namespace autocircuit
