#include <ATen/ATen.h>

#include "engine/latent_gradients.h"
#include "kernels/cpu/products.h"

// Gradients of what autoencoders are made of. All tokens meet all latents here, as they do in the encoder: two products of its size.
namespace autocircuit {

// grad [N, d_model] of what the latents write together, of_entries [N, K] that of each entry of the lists.
void LatentGradients::train(int64_t number, const at::Tensor& grad, const at::Tensor& of_entries) {
  const Autoencoder& one = autoencoders_[number];
  const LatentLists& lists = tape_.lists[number];
  const Weights& weights = pass_.model.weights();
  at::Tensor before = at::zeros({lists.n(), one.latents()}, of_entries.options());  // of what the activation takes
  before.scatter_add_(1, lists.column, of_entries);
  at::Tensor written = grad.to(weights.options);
  if (one.input == AutoencoderInput::mlp_post) written = product(written, weights.blocks[one.block].w_out.t());
  if (one.input == AutoencoderInput::z) written = product(written, weights.blocks[one.block].w_o.t());
  const size_t first = static_cast<size_t>(4 * number);
  trained_[first] = at::mm(before.t(), tape_.inputs[number].to(before.scalar_type()));
  trained_[first + 1] = before.sum(0);
  trained_[first + 2] = at::mm(tape_.activations[number].t(), written);
  trained_[first + 3] = written.sum(0);
}

std::vector<at::Tensor> LatentGradients::of_leaves() const {
  const std::vector<at::Tensor>& leaves = pass_.latents->leaves;
  std::vector<at::Tensor> all;
  for (size_t i = 0; i < leaves.size(); i++) all.push_back(trained_[i].to(leaves[i].options().requires_grad(false)));
  return all;
}

}  // namespace autocircuit
