#include <ATen/ATen.h>

#include "engine/autoencoders.h"
#include "engine/latent_pass.h"
#include "engine/outputs.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

// What a block with autoencoders does instead of its heads' or its MLP's write.
namespace autocircuit {

// Null where there is none.
const Autoencoder* Pass::autoencoder_of_mlp(int64_t layer) const {
  const int64_t number = latents_ ? model_.autoencoders()->of_mlp(layer) : -1;
  return number < 0 ? nullptr : &(*model_.autoencoders())[number];
}

const Autoencoder* Pass::autoencoder_of_attention(int64_t layer) const {
  const int64_t number = latents_ ? model_.autoencoders()->of_attention(layer) : -1;
  return number < 0 ? nullptr : &(*model_.autoencoders())[number];
}

bool Pass::reads_neurons(int64_t layer) const {
  const Autoencoder* one = autoencoder_of_mlp(layer);
  return one && one->input == AutoencoderInput::mlp_post;
}

bool Pass::reads_input(int64_t layer) const {
  const Autoencoder* one = autoencoder_of_mlp(layer);
  return one && is_transcoder(one->input);
}

// What a transcoder reads, from the MLP's input.
at::Tensor Pass::transcoder_input(int64_t layer, const ReaderInput& input) const {
  if (autoencoder_of_mlp(layer)->input == AutoencoderInput::mlp_in) return input.normalised();
  const GroupPlan* plan = find(Reader::mlp, layer);
  if (!plan || !plan->is_patched(0)) return frame_.resid;
  return patched_inputs(frame_, *plan, mlp_point(config_, layer), {0}, Norm{})[0];
}

// x: the MLP's output, or its neurons where these are read.
void Pass::write_latents(int64_t layer, const at::Tensor& x) {
  const int64_t number = model_.autoencoders()->of_mlp(layer);
  const at::Tensor made = latents_->write(number, reads_input(layer) ? transcoded_ : x, frame_, ablated_.get());
  const BlockWeights& block = model_.weights().blocks[layer];
  at::Tensor out = made, error = at::zeros_like(made);
  if (model_.autoencoders()->errors()) {
    out = reads_neurons(layer) ? apply({block.w_out, block.b_out}, x) : x;
    error = out - made;
  }
  if (reads_neurons(layer)) out = hooked(Hook::mlp_out, layer, out);
  frame_.resid = frame_.resid + out;
  record(order_.mlp(layer), error);
}

// z [N, heads, d_head] of all heads. The error stands in the first head's place, and nothing in the others'.
void Pass::write_attention_latents(int64_t layer, const at::Tensor& z) {
  const bool errors = model_.autoencoders()->errors(), of_heads = autoencoder_of_attention(layer)->input == AutoencoderInput::z;
  const BlockWeights& block = model_.weights().blocks[layer];
  const auto attention = [&] { return post_normed(config_, block.ln1_post, attention_total(block, z)); };
  const at::Tensor total = of_heads ? at::Tensor() : hooked(Hook::attn_out, layer, attention());
  const at::Tensor made =
      latents_->write(model_.autoencoders()->of_attention(layer), of_heads ? z.flatten(1) : total, frame_, ablated_.get());
  at::Tensor out = !errors ? made : of_heads ? attention() : total;
  if (of_heads) out = hooked(Hook::attn_out, layer, out);
  const at::Tensor nothing = at::zeros_like(made);
  frame_.resid = frame_.resid + out;
  record(order_.heads(layer), errors ? out - made : nothing);
  for (int64_t head = 1; head < config_.heads; head++) record(order_.heads(layer) + head, nothing);
}

// From the gradients of the stream that latents write to and of their error.
Pass::LatentGrads Pass::backward_latents(int64_t layer, const at::Tensor& out_grad, const at::Tensor& error_grad) {
  const bool errors = model_.autoencoders()->errors();
  // The error takes away what the latents write: where no edge tells them apart, nothing flows through the autoencoder.
  const at::Tensor through = latents_->backward(model_.autoencoders()->of_mlp(layer), errors ? out_grad - error_grad : out_grad, frame_);
  if (reads_input(layer)) return {errors ? error_grad : at::Tensor(), through};
  if (!errors) return {through, {}};
  const at::Tensor around = reads_neurons(layer) ? at::mm(error_grad, model_.weights().blocks[layer].w_out.t()) : error_grad;
  return {around + through, {}};
}

// Gradient of z [N, heads, d_head] from that of the stream that the latents of attention write to.
at::Tensor Pass::backward_attention_latents(int64_t layer, const at::Tensor& out_grad) {
  const BlockWeights& block = model_.weights().blocks[layer];
  const bool errors = model_.autoencoders()->errors(), of_heads = autoencoder_of_attention(layer)->input == AutoencoderInput::z;
  at::Tensor error_grad = out_grad;
  if (frame_.source_grad.defined()) error_grad = error_grad + frame_.source_grad[order_.heads(layer)];
  keep_output_gradient(order_.heads(layer), 1, error_grad);
  const at::Tensor through =
      latents_->backward(model_.autoencoders()->of_attention(layer), errors ? out_grad - error_grad : out_grad, frame_);
  // What goes through W_O: the error's part, and that of latents which are made behind it.
  at::Tensor total_grad = errors ? error_grad : at::zeros_like(out_grad);
  if (!of_heads) total_grad = total_grad + through;
  if (block.ln1_post.scale.defined()) {
    const at::Tensor total = attention_total(block, saved_[layer].z.detach().reshape({frame_.n(), config_.heads, config_.d_head}));
    if (request_.patch->rules.norms) total_grad = times_factor(total_grad, post_factor(config_, block.ln1_post, total));
    else total_grad = post_norm_backward(config_, block.ln1_post, total, total_grad, {}, {});
  }
  at::Tensor z_grad = product(total_grad.to(type_of(model_.weights())), block.w_o.t());
  if (of_heads) z_grad = z_grad + through;
  return z_grad.view({frame_.n(), config_.heads, config_.d_head});
}

}  // namespace autocircuit
