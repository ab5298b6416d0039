#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/latent_blocks.h"
#include "engine/outputs.h"
#include "engine/patched_inputs.h"

// What a block with autoencoders does instead of its heads' or its MLP's write.
namespace autocircuit {

// What a transcoder reads, from the MLP's input.
at::Tensor ForwardPass::transcoder_input(int64_t block, const GroupInput& input) const {
  if (autoencoder_of_mlp(model_, block)->input == AutoencoderInput::mlp_in) return input.normalised();
  const GroupPlan* plan = pass_.find(GroupKind::mlp, block);
  if (!plan || !plan->is_patched(0)) return frame_.resid;
  return patched_inputs(pass_, tape_.latents, frame_, *plan, {0}, Norm{})[0];
}

// x: the MLP's output, or its neurons where these are read.
void ForwardPass::write_latents(int64_t block, const at::Tensor& x) {
  const int64_t number = model_.autoencoders()->of_mlp(block);
  const bool errors = model_.autoencoders()->errors(), of_neurons = reads_neurons(model_, block);
  const BlockWeights& weights = model_.weights().blocks[block];
  at::Tensor given = x, scale;  // what the MLP gives, where somebody asks
  if (errors && of_neurons) {
    const at::Tensor raw = apply({weights.w_out, weights.b_out}, x);
    if (pass_.gradients && weights.ln2_post.scale.defined()) tape_.blocks[block].mlp_raw = raw;
    scale = post_scale(config_, weights.ln2_post, raw);
    given = post_normed(config_, weights.ln2_post, raw);
  }
  const at::Tensor made = latents_->write(number, reads_input(model_, block) ? transcoded_ : x, frame_, scale);
  at::Tensor out = made, error = at::zeros_like(made);
  if (errors) {
    out = given;
    error = out - made;
  }
  if (of_neurons) out = hooked(Hook::mlp_out, block, out);
  frame_.resid = frame_.resid + out;
  record(pass_.order.mlp(block), error);
}

// z [N, heads, d_head] of all heads. The error stands in the first head's place, and nothing in the others'.
void ForwardPass::write_attention_latents(int64_t block, const at::Tensor& z) {
  const int64_t number = model_.autoencoders()->of_attention(block), first = pass_.order.heads(block);
  const bool errors = model_.autoencoders()->errors(), of_heads = (*model_.autoencoders())[number].input == AutoencoderInput::z;
  const BlockWeights& weights = model_.weights().blocks[block];
  at::Tensor given, scale;  // what attention gives, where somebody asks
  if (errors || !of_heads) {
    const at::Tensor total = attention_total(weights, z);
    if (of_heads) scale = post_scale(config_, weights.ln1_post, total);
    given = post_normed(config_, weights.ln1_post, total);
  }
  if (!of_heads) given = hooked(Hook::attn_out, block, given);
  const at::Tensor made = latents_->write(number, of_heads ? z.flatten(1) : given, frame_, scale);
  at::Tensor out = errors ? given : made;
  if (of_heads) out = hooked(Hook::attn_out, block, out);
  const at::Tensor nothing = at::zeros_like(made);
  frame_.resid = frame_.resid + out;
  record(first, errors ? out - made : nothing);
  for (int64_t head = 1; head < config_.heads; head++) record(first + head, nothing);
}

// The stream behind a block goes on as what its autoencoder makes of what it reads there, and as the error of that.
void ForwardPass::write_stream_latents(int64_t block) {
  const int64_t place = pass_.order.post(block);
  if (!autoencoder_of_stream(model_, block)) return record(place, at::zeros_like(frame_.resid));
  const GroupPlan* plan = pass_.find(GroupKind::post, block);
  at::Tensor read = frame_.resid;
  if (plan && plan->is_patched(0)) read = patched_inputs(pass_, tape_.latents, frame_, *plan, {0}, Norm{})[0];
  const at::Tensor made = latents_->write(model_.autoencoders()->of_stream(block), read, frame_);
  const bool errors = model_.autoencoders()->errors();
  frame_.resid = errors ? read : made;
  record(place, errors ? read - made : at::zeros_like(made));
}

}  // namespace autocircuit
