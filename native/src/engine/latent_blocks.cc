#include "engine/latent_blocks.h"

namespace autocircuit {
namespace {

const Autoencoder* numbered(const Autoencoders& autoencoders, int64_t number) { return number < 0 ? nullptr : &autoencoders[number]; }

}  // namespace

const Autoencoder* autoencoder_of_attention(const Transformer& model, int64_t layer) {
  const Autoencoders* autoencoders = model.autoencoders();
  return autoencoders ? numbered(*autoencoders, autoencoders->of_attention(layer)) : nullptr;
}

const Autoencoder* autoencoder_of_mlp(const Transformer& model, int64_t layer) {
  const Autoencoders* autoencoders = model.autoencoders();
  return autoencoders ? numbered(*autoencoders, autoencoders->of_mlp(layer)) : nullptr;
}

bool reads_neurons(const Transformer& model, int64_t layer) {
  const Autoencoder* one = autoencoder_of_mlp(model, layer);
  return one && one->input == AutoencoderInput::mlp_post;
}

bool reads_input(const Transformer& model, int64_t layer) {
  const Autoencoder* one = autoencoder_of_mlp(model, layer);
  return one && is_transcoder(one->input);
}

}  // namespace autocircuit
