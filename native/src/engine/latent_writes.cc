#include "engine/latent_writes.h"

#include <ATen/ATen.h>

#include <numeric>

namespace autocircuit {

LatentWrites::LatentWrites(const PassPlan& pass, LatentTape& tape)
    : pass_(pass), autoencoders_(pass.latents->autoencoders), tape_(tape), written_(autoencoders_.count()) {
  tape.lists.resize(autoencoders_.count());
  tape.inputs.resize(autoencoders_.count());
  tape.activations.resize(autoencoders_.count());
  if (pass.latents->trains) activity_ = at::zeros({pass.rows()}, pass.model.weights().options);
}

at::Tensor LatentWrites::write(int64_t number, const at::Tensor& x, const Frame& frame, const at::Tensor& post_scale) {
  const bool trains = pass_.latents->trains;
  const at::Tensor activations = autoencoders_[number].encoded(x, frame.positions);
  const at::Tensor written = post_scale.defined() ? activations * post_scale : activations;
  if (trains || pass_.request.want_latents) tape_.activations[number] = activations;
  if (pass_.request.want_source_outputs || pass_.request.keep_run) written_[number] = written;
  if (trains) {
    tape_.inputs[number] = x;
    activity_ = activity_ + activations.sum(1);
  }
  tape_.lists[number] = listed(number, written, frame);
  if (autoencoders_.crosses_layers(number))
    return cross_layer_.write(autoencoders_, number, [&](int64_t of) { return tape_.in_frame(of, frame); }, &frame);
  const Autoencoder& autoencoder = autoencoders_[number];
  return latents_written(autoencoder, autoencoder.block + 1, tape_.lists[number]) + autoencoder.out_bias;
}

LatentLists LatentWrites::listed(int64_t number, const at::Tensor& written, const Frame& frame) const {
  const Autoencoder& autoencoder = autoencoders_[number];
  const at::Tensor& directions = pass_.latents->directions;
  // What is there at all positions, and perhaps once for all prompts or masks, at the frame's tokens.
  const auto here = [&](const at::Tensor& all) {
    const at::Tensor rows = frame.seq_len() == pass_.seq_len ? all : at_positions(all, 0, pass_.seq_len, frame.positions);
    return rows.size(0) == frame.n() ? rows : rows.repeat({frame.n() / rows.size(0), 1});
  };
  const at::Tensor current = autoencoder.on_decoder(written, frame.positions);
  at::Tensor delta, direction;
  if (pass_.latents->graph) delta = here(pass_.ablated->latents(number)) - current;
  if (directions.defined()) {
    std::vector<int64_t> everywhere(pass_.seq_len);
    std::iota(everywhere.begin(), everywhere.end(), 0);
    direction = here(autoencoder.on_decoder(autoencoders_.unpacked(directions, number), everywhere));
  }
  return latent_lists(current, delta, direction, autoencoder.latents());
}

at::Tensor LatentWrites::behind(const at::Tensor& sources) const { return at::cat({sources, autoencoders_.packed(written_, sources)}); }

at::Tensor LatentWrites::activations() const { return at::cat(tape_.activations, 1); }

}  // namespace autocircuit
