#include "engine/latent_blocks.h"

namespace autocircuit {
namespace {

const Autoencoder* numbered(const Autoencoders& autoencoders, int64_t number) { return number < 0 ? nullptr : &autoencoders[number]; }

}  // namespace

const Autoencoder* autoencoder_of_attention(const Transformer& model, int64_t block) {
  const Autoencoders* autoencoders = model.autoencoders();
  return autoencoders ? numbered(*autoencoders, autoencoders->of_attention(block)) : nullptr;
}

const Autoencoder* autoencoder_of_mlp(const Transformer& model, int64_t block) {
  const Autoencoders* autoencoders = model.autoencoders();
  return autoencoders ? numbered(*autoencoders, autoencoders->of_mlp(block)) : nullptr;
}

const Autoencoder* autoencoder_of_stream(const Transformer& model, int64_t block) {
  const Autoencoders* autoencoders = model.autoencoders();
  return autoencoders ? numbered(*autoencoders, autoencoders->of_stream(block)) : nullptr;
}

SourceOrder source_order(const Transformer& model, bool factorized) {
  if (!factorized) return SourceOrder(model.config(), StreamSources::read_anew);
  if (model.autoencoders()) return source_order(model.config(), *model.autoencoders());
  return SourceOrder(model.config(), StreamSources::none);
}

SourceOrder source_order(const TransformerConfig& config, const Autoencoders& autoencoders) {
  return SourceOrder(config, autoencoders.any_of_stream() ? StreamSources::autoencoded : StreamSources::none);
}

bool reads_neurons(const Transformer& model, int64_t block) {
  const Autoencoder* one = autoencoder_of_mlp(model, block);
  return one && one->input == AutoencoderInput::mlp_post;
}

bool reads_input(const Transformer& model, int64_t block) {
  const Autoencoder* one = autoencoder_of_mlp(model, block);
  return one && is_transcoder(one->input);
}

}  // namespace autocircuit
