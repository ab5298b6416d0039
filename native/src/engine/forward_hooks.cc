#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/outputs.h"
#include "engine/wide.h"

// Where a pass's values are read, or others put in their place.
namespace autocircuit {

at::Tensor ForwardPass::hooked(Hook hook, int64_t block, const at::Tensor& x) {
  if (!hooks_ || !hooks_->at(hook, block)) return x;
  return hooks_->visit(hook, block, x.view({pass_.batch, pass_.seq_len, -1})).view({pass_.rows(), -1});
}

at::Tensor ForwardPass::hooked_heads(Hook hook, int64_t block, const at::Tensor& x) {
  return hooks_ && hooks_->at(hook, block) ? hooks_->visit(hook, block, x) : x;
}

void ForwardPass::hook_stream(Hook hook, int64_t block) { frame_.resid = hooked(hook, block, frame_.resid); }

// What heads add to the stream, which is taken from them together where it is replaced.
void ForwardPass::hook_attention(int64_t block, const at::Tensor& before, const at::Tensor& z) {
  if (!hooks_ || !hooks_->at(Hook::attn_out, block)) return;
  const BlockWeights& weights = model_.weights().blocks[block];
  at::Tensor total = attention_total(weights, z);
  const at::Tensor factor = post_factor(config_, weights.ln1_post, total);
  if (factor.defined()) total = times_factor(total, factor);
  const at::Tensor given = hooked(Hook::attn_out, block, total);
  if (!given.is_same(total)) frame_.resid = before + given;
}

// A norm in its steps, so that its scale and what it makes can be had: that is the result, but for a root-mean-square norm, whose weights
// come after it (as in TransformerLens).
at::Tensor ForwardPass::hooked_norm(Hook scale, Hook normalized, int64_t block, const Norm& norm, const at::Tensor& x) {
  const at::Tensor wide = widened(x);
  const at::Tensor centred = norm.kind == NormKind::layer_norm ? wide - wide.mean(-1, true) : wide;
  const at::Tensor by = hooked(scale, block, at::sqrt(at::mean(centred * centred, -1, true) + norm.eps));
  at::Tensor out = centred / by;
  if (norm.kind == NormKind::rms_norm) out = hooked(normalized, block, out);
  if (norm.scale.defined()) out = out * norm.scale;
  if (norm.shift.defined()) out = out + norm.shift;
  out = out.to(type_of(model_.weights()));
  return norm.kind == NormKind::rms_norm ? out : hooked(normalized, block, out);
}

GroupInput::KnownPlain ForwardPass::through_hooked_norm(Hook scale, Hook normalized, int64_t block, Projection first) {
  if (!hooks_ || !(hooks_->at(scale, block) || hooks_->at(normalized, block))) return {};
  const at::Tensor input = hooked_norm(scale, normalized, block, norm_before(model_, block, first), frame_.resid);
  return [this, block, input](Projection which) { return apply(linear_of(model_, block, which), input); };
}

}  // namespace autocircuit
