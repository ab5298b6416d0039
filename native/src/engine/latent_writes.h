#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "engine/cross_layer_writes.h"
#include "engine/frame.h"
#include "engine/latent_tape.h"
#include "engine/pass_plan.h"

namespace autocircuit {

// What autoencoders make and write in a forward pass, each when its place is reached.
class LatentWrites {
 public:
  // The plan, with latents, and the tape, which they write down, outlive this.
  LatentWrites(const PassPlan& pass, LatentTape& tape);

  // From what an autoencoder reads [N, n] what its latents and its bias write [N, D]; `post_scale` [N, 1] where a norm stands behind.
  at::Tensor write(int64_t number, const at::Tensor& x, const Frame& frame, const at::Tensor& post_scale = {});

  // Behind the outputs of the ordinary sources [S, B, P, D], where sources are collected: what multiplies the decoders' rows, as rows of D
  // numbers.
  at::Tensor behind(const at::Tensor& sources) const;
  // Of all autoencoders side by side [N, latents], where they are asked for.
  at::Tensor activations() const;
  // The sum of all latents at each token [N], where autoencoders get gradients: it has one too.
  const at::Tensor& activity() const { return activity_; }

 private:
  LatentLists listed(int64_t number, const at::Tensor& written, const Frame& frame) const;

  const PassPlan& pass_;
  const Autoencoders& autoencoders_;
  LatentTape& tape_;
  std::vector<at::Tensor> written_;  // per autoencoder [N, L] what multiplies rows of the decoder, where sources are collected
  at::Tensor activity_;
  CrossLayerWrites cross_layer_;
};

}  // namespace autocircuit
