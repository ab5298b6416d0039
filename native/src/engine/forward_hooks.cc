#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/outputs.h"
#include "engine/wide.h"

// Where a pass's values are read, or others put in their place.
namespace autocircuit {

at::Tensor ForwardPass::hooked(Hook hook, int64_t layer, const at::Tensor& x) {
  if (!hooks_ || !hooks_->at(hook, layer)) return x;
  return hooks_->visit(hook, layer, x.view({pass_.batch, pass_.length, -1})).view({pass_.rows(), -1});
}

at::Tensor ForwardPass::hooked_heads(Hook hook, int64_t layer, const at::Tensor& x) {
  return hooks_ && hooks_->at(hook, layer) ? hooks_->visit(hook, layer, x) : x;
}

void ForwardPass::hook_stream(Hook hook, int64_t layer) { frame_.resid = hooked(hook, layer, frame_.resid); }

// What heads add to the stream, which is taken from them together where it is replaced.
void ForwardPass::hook_attention(int64_t layer, const at::Tensor& before, const at::Tensor& z) {
  if (!hooks_ || !hooks_->at(Hook::attn_out, layer)) return;
  const BlockWeights& block = model_.weights().blocks[layer];
  at::Tensor total = attention_total(block, z);
  const at::Tensor factor = post_factor(config_, block.ln1_post, total);
  if (factor.defined()) total = times_factor(total, factor);
  const at::Tensor given = hooked(Hook::attn_out, layer, total);
  if (!given.is_same(total)) frame_.resid = before + given;
}

// A norm in its steps, so that its scale and what it makes can be had: that is the result, but for a root-mean-square norm, whose weights
// come after it (as in TransformerLens).
at::Tensor ForwardPass::hooked_norm(Hook scale, Hook normalized, int64_t layer, const Norm& norm, const at::Tensor& x) {
  const at::Tensor wide = widened(x);
  const at::Tensor centred = norm.kind == NormKind::layer ? wide - wide.mean(-1, true) : wide;
  const at::Tensor by = hooked(scale, layer, at::sqrt(at::mean(centred * centred, -1, true) + norm.eps));
  at::Tensor out = centred / by;
  if (norm.kind == NormKind::rms) out = hooked(normalized, layer, out);
  if (norm.scale.defined()) out = out * norm.scale;
  if (norm.shift.defined()) out = out + norm.shift;
  out = out.to(type_of(model_.weights()));
  return norm.kind == NormKind::rms ? out : hooked(normalized, layer, out);
}

GroupInput::KnownPlain ForwardPass::through_hooked_norm(Hook scale, Hook normalized, int64_t layer, Projection first) {
  if (!hooks_ || !(hooks_->at(scale, layer) || hooks_->at(normalized, layer))) return {};
  const at::Tensor input = hooked_norm(scale, normalized, layer, norm_before(model_, layer, first), frame_.resid);
  return [this, layer, input](Projection which) { return apply(linear_of(model_, layer, which), input); };
}

}  // namespace autocircuit
