#include <ATen/ATen.h>

#include "engine/latent_pass.h"
#include "kernels/cpu/products.h"

// Gradients of what autoencoders are made of. All tokens meet all latents here, as they do in the encoder: two products of its size.
namespace autocircuit {

void LatentPass::keep_for_training(int64_t number, const at::Tensor& x, const at::Tensor& latents) {
  inputs_[number] = x;
  activations_[number] = latents;
  activity_ = activity_ + latents.sum(1);
}

// grad [N, d_model] of what the latents write together, of_latents [N, K] that of each entry of the lists.
void LatentPass::train(int64_t number, const at::Tensor& grad, const at::Tensor& of_latents) {
  const Autoencoder& one = autoencoders_[number];
  const LatentLists& lists = lists_[number];
  at::Tensor before = at::zeros({lists.n(), one.latents()}, of_latents.options());  // of what the activation takes
  before.scatter_add_(1, lists.column, of_latents);
  at::Tensor written = grad.to(weights_.options);
  if (one.input == AutoencoderInput::mlp_post) written = product(written, weights_.blocks[one.block].w_out.t());
  if (one.input == AutoencoderInput::z) written = product(written, weights_.blocks[one.block].w_o.t());
  const size_t first = static_cast<size_t>(4 * number);
  trained_[first] = at::mm(before.t(), inputs_[number].to(before.scalar_type()));
  trained_[first + 1] = before.sum(0);
  trained_[first + 2] = at::mm(activations_[number].t(), written);
  trained_[first + 3] = written.sum(0);
}

std::vector<at::Tensor> LatentPass::gradients() const {
  std::vector<at::Tensor> all;
  for (size_t i = 0; i < leaves_.size(); i++) all.push_back(trained_[i].to(leaves_[i].options().requires_grad(false)));
  return all;
}

}  // namespace autocircuit
