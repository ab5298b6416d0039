#include "engine/autoencoders.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

#include "devices/device_index.h"
#include "kernels/cpu/products.h"

namespace autocircuit {
namespace {

[[noreturn]] void refuse_block(int64_t block, const std::string& what) {
  throw std::invalid_argument("the autoencoder of block " + std::to_string(block) + " " + what);
}

std::string shape_text(at::IntArrayRef sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

void check_part(int64_t block, const char* name, const at::Tensor& given, at::IntArrayRef wanted) {
  if (given.sizes() != wanted) refuse_block(block, "has " + std::string(name) + " of shape " + shape_text(given.sizes()) + ", it must be " + shape_text(wanted));
  if (!at::isfinite(given).all().item<bool>()) refuse_block(block, "has " + std::string(name) + " with numbers that are not finite");
}

Autoencoder placed(const TransformerConfig& config, const Weights& weights, AutoencoderInput input, int64_t block, const GivenAutoencoder& given) {
  const int64_t width = input == AutoencoderInput::mlp_post ? config.d_mlp : config.d_model;
  if (given.encode.dim() != 2 && given.encode.dim() != 3) refuse_block(block, "needs an encoder [latents, width] or [positions, latents, width]");
  const bool by_position = given.encode.dim() == 3;
  const at::Tensor encode = by_position ? given.encode : given.encode.unsqueeze(0);
  const int64_t positions = encode.size(0), latents = encode.size(1);
  if (positions == 0 || latents == 0) refuse_block(block, "has no latents");
  check_part(block, "an encoder", encode, {positions, latents, width});
  const at::Tensor bias = by_position ? given.bias : given.bias.unsqueeze(0), decode = by_position ? given.decode : given.decode.unsqueeze(0);
  check_part(block, "a bias of latents", bias, {positions, latents});
  check_part(block, "a decoder", decode, {positions, latents, width});
  check_part(block, "a bias of its output", given.out_bias, {width});
  if (given.threshold.defined()) check_part(block, "thresholds", given.threshold, {latents});
  if (given.top < 0 || given.top > latents) refuse_block(block, "keeps " + std::to_string(given.top) + " of its " + std::to_string(latents) + " latents");
  const auto here = [&](const at::Tensor& x) { return x.detach().to(weights.options).contiguous(); };
  Autoencoder made{here(encode), here(bias), here(decode.reshape({positions * latents, width})), here(given.out_bias),
                   given.threshold.defined() ? here(given.threshold) : at::Tensor(), given.top};
  if (input == AutoencoderInput::mlp_post) {
    const BlockWeights& of = weights.blocks[block];
    made.decode = product(made.decode, of.w_out).contiguous();
    made.out_bias = product(made.out_bias.unsqueeze(0), of.w_out, of.b_out)[0];
  }
  return made;
}

}  // namespace

at::Tensor Autoencoder::encoded(const at::Tensor& x, const std::vector<int64_t>& at) const {
  at::Tensor pre;
  if (positions() == 1) {
    pre = product(x, encode[0].t(), bias[0]);
  } else {
    const at::Tensor index = index_on(x.device(), at);
    const int64_t length = static_cast<int64_t>(at.size());
    const at::Tensor by_position = x.view({-1, length, x.size(1)}).transpose(0, 1);
    const at::Tensor made = at::bmm(by_position, encode.index_select(0, index).transpose(1, 2)) + bias.index_select(0, index).unsqueeze(1);
    pre = made.transpose(0, 1).reshape({-1, latents()});
  }
  at::Tensor active = pre > (threshold.defined() ? threshold.clamp_min(0) : at::zeros({1}, pre.options()));
  if (top > 0 && top < latents()) {
    const at::Tensor strongest = std::get<1>(pre.topk(top, -1));
    active = active & at::zeros_like(active).scatter_(-1, strongest, true);
  }
  return at::where(active, pre, at::zeros({1}, pre.options()));
}

at::Tensor Autoencoder::on_decoder(const at::Tensor& all, const std::vector<int64_t>& at) const {
  if (positions() == 1) return all;
  const int64_t length = static_cast<int64_t>(at.size());
  const at::Tensor own = at::one_hot(index_on(all.device(), at), positions()).to(all.options());  // [length, P]
  return (all.view({-1, length, 1, latents()}) * own.view({1, length, positions(), 1})).reshape({all.size(0), -1});
}

Autoencoders::Autoencoders(const TransformerConfig& config, const Weights& weights, AutoencoderInput input, bool errors,
                           const std::vector<GivenAutoencoder>& given)
    : input_(input), errors_(errors), d_model_(config.d_model), first_{0} {
  if (config.attn_only) throw std::invalid_argument("a model without MLPs has no place for autoencoders");
  if (static_cast<int64_t>(given.size()) != config.layers)
    throw std::invalid_argument("there must be one autoencoder for each of the " + std::to_string(config.layers) + " blocks, here are " +
                                std::to_string(given.size()));
  const at::ScalarType type = weights.options.dtype().toScalarType();
  if (type != at::kFloat && type != at::kDouble) throw std::invalid_argument("a model with autoencoders computes in float32 or float64");
  for (int64_t block = 0; block < config.layers; block++) {
    if (reads_neurons() && weights.blocks[block].ln2_post.scale.defined())
      refuse_block(block, "reads neurons, but this model has a norm behind its MLPs: what a latent writes is then no multiple of its activation");
    blocks_.push_back(placed(config, weights, input, block, given[block]));
    first_.push_back(first_.back() + blocks_.back().latents());
  }
}

at::Tensor Autoencoders::decoder_means() const {
  int64_t positions = 1;
  for (const Autoencoder& block : blocks_) positions = std::max(positions, block.positions());
  std::vector<at::Tensor> means;
  for (const Autoencoder& block : blocks_) means.push_back(block.decode.mean(1).view({block.positions(), block.latents()}).expand({positions, -1}));
  return at::cat(means, 1);
}

std::vector<int64_t> Autoencoders::counts() const {
  std::vector<int64_t> counts;
  for (const Autoencoder& block : blocks_) counts.push_back(block.latents());
  return counts;
}

}  // namespace autocircuit
