#include <ATen/ATen.h>

#include "engine/autoencoders.h"
#include "engine/latent_pass.h"
#include "engine/outputs.h"
#include "engine/pass.h"

// What a block with an autoencoder does instead of its MLP's write.
namespace autocircuit {

bool Pass::reads_neurons() const { return latents_ && model_.autoencoders()->reads_neurons(); }

bool Pass::reads_input() const { return latents_ && model_.autoencoders()->reads_input(); }

// x: the MLP's output, or its neurons where these are read.
void Pass::write_latents(int64_t layer, const at::Tensor& x) {
  const at::Tensor made = latents_->write(layer, reads_input() ? transcoded_ : x, frame_, ablated_.get());
  const BlockWeights& block = model_.weights().blocks[layer];
  at::Tensor out = made, error = at::zeros_like(made);
  if (model_.autoencoders()->errors()) {
    out = reads_neurons() ? apply({block.w_out, block.b_out}, x) : x;
    error = out - made;
  }
  frame_.resid = frame_.resid + out;
  record(order_.mlp(layer), error);
}

// From the gradients of the stream that latents write to and of their error.
Pass::LatentGrads Pass::backward_latents(int64_t layer, const at::Tensor& out_grad, const at::Tensor& error_grad) {
  const bool errors = model_.autoencoders()->errors();
  // The error takes away what the latents write: where no edge tells them apart, nothing flows through the autoencoder.
  const at::Tensor through = latents_->backward(layer, errors ? out_grad - error_grad : out_grad);
  if (reads_input()) return {errors ? error_grad : at::Tensor(), through};
  if (!errors) return {through, {}};
  const at::Tensor around = reads_neurons() ? at::mm(error_grad, model_.weights().blocks[layer].w_out.t()) : error_grad;
  return {around + through, {}};
}

}  // namespace autocircuit
