#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/frame.h"
#include "engine/latent_lists.h"

namespace autocircuit {

// What a pass writes down of each autoencoder's latents: patched rows behind it read that, and the backward pass.
struct LatentTape {
  std::vector<LatentLists> lists;
  std::vector<at::Tensor> inputs;       // [N, n] what it read, where autoencoders get gradients
  std::vector<at::Tensor> activations;  // [N, L], there and where they are asked for

  // An autoencoder's lists at the tokens of a frame, of those where it stood.
  LatentLists in_frame(int64_t number, const Frame& frame) const;
};

}  // namespace autocircuit
