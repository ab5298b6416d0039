#include <ATen/ATen.h>

#include "engine/backward_pass.h"
#include "engine/latent_blocks.h"
#include "engine/outputs.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

// The way back through a block with autoencoders.
namespace autocircuit {

// From the gradients of the stream that latents write to and of their error.
BackwardPass::ReplacedGrads BackwardPass::through_latents_of_mlp(int64_t block, const at::Tensor& out_grad, const at::Tensor& error_grad) {
  const bool errors = model_.autoencoders()->errors();
  const BlockWeights& weights = model_.weights().blocks[block];
  const at::Tensor& raw = tape_.blocks[block].mlp_raw;
  const at::Tensor scale = reads_neurons(model_, block) ? post_scale(config_, weights.ln2_post, raw) : at::Tensor();
  // The error takes away what the latents write: where no edge tells them apart, nothing flows through the autoencoder.
  const auto [through, scale_grad] =
      latents_->through(model_.autoencoders()->of_mlp(block), errors ? out_grad - error_grad : out_grad, frame_, scale);
  if (reads_input(model_, block)) return {errors ? error_grad : at::Tensor(), through};
  if (!errors) return {through, {}};
  if (!reads_neurons(model_, block)) return {error_grad + through, {}};
  const at::Tensor raw_grad = before_post_norm(weights.ln2_post, raw, error_grad, scale_grad);
  return {product(raw_grad.to(type_of(model_.weights())), weights.w_out.t()) + through, {}};
}

// Gradient of what stands before a norm behind attention or MLP from that of the norm's output, and of its scale where latents have it
// (undefined where they have not). The same where there is no norm.
at::Tensor BackwardPass::before_post_norm(const NormWeights& norm, const at::Tensor& x, const at::Tensor& grad,
                                          const at::Tensor& scale_grad) const {
  if (!norm.scale.defined()) return grad;
  if (rules_.norms) return times_factor(grad, post_factor(config_, norm, x));
  const at::Tensor made = post_norm_backward(config_, norm, x, grad, {}, {});
  return scale_grad.defined() ? made + post_scale_backward(config_, x, scale_grad) : made;
}

// Gradient of z [N, heads, d_head] from that of the stream that the latents of attention write to.
at::Tensor BackwardPass::through_latents_of_attention(int64_t block, const at::Tensor& out_grad) {
  const BlockWeights& weights = model_.weights().blocks[block];
  const bool errors = model_.autoencoders()->errors(), of_heads = autoencoder_of_attention(model_, block)->input == AutoencoderInput::z;
  at::Tensor error_grad = out_grad;
  if (frame_.source_grad.defined()) error_grad = error_grad + frame_.source_grad[pass_.order.heads(block)];
  gradients_.keep_outputs(frame_, pass_.order.heads(block), 1, error_grad);
  at::Tensor total, scale;
  if (weights.ln1_post.scale.defined()) {
    total = attention_total(weights, tape_.blocks[block].z.detach().reshape({frame_.n(), config_.heads, config_.d_head}));
    if (of_heads) scale = post_scale(config_, weights.ln1_post, total);
  }
  const auto [through, scale_grad] =
      latents_->through(model_.autoencoders()->of_attention(block), errors ? out_grad - error_grad : out_grad, frame_, scale);
  // What goes through W_O: the error's part, and that of latents which are made behind it.
  at::Tensor total_grad = errors ? error_grad : at::zeros_like(out_grad);
  if (!of_heads) total_grad = total_grad + through;
  total_grad = before_post_norm(weights.ln1_post, total, total_grad, scale_grad);
  at::Tensor z_grad = product(total_grad.to(type_of(model_.weights())), weights.w_o.t());
  if (of_heads) z_grad = z_grad + through;
  return z_grad.view({frame_.n(), config_.heads, config_.d_head});
}

// From the gradient of the stream that goes on behind a block to that of what its autoencoder reads, and into the stream before.
void BackwardPass::through_latents_of_stream(int64_t block) {
  const bool errors = model_.autoencoders()->errors();
  const int64_t place = pass_.order.post(block);
  const at::Tensor out_grad = frame_.grad;
  at::Tensor error_grad = out_grad;
  if (frame_.source_grad.defined()) error_grad = error_grad + frame_.source_grad[place];
  gradients_.keep_outputs(frame_, place, 1, error_grad);
  at::Tensor read_grad =
      latents_->through(model_.autoencoders()->of_stream(block), errors ? out_grad - error_grad : out_grad, frame_).input;
  if (errors) read_grad = read_grad + error_grad;
  // Whoever reads behind the place reads nothing of the stream before it.
  frame_.grad = at::zeros_like(out_grad);
  frame_.bias_grad = at::Tensor();
  flow({pass_.find(GroupKind::post, block)}, read_grad.unsqueeze(0));
}

}  // namespace autocircuit
