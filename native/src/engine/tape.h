#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "engine/attention.h"
#include "engine/frame.h"
#include "engine/latent_tape.h"

namespace autocircuit {

// What a forward pass leaves for its backward.
struct Tape {
  struct Block {
    at::Tensor resid_attention, resid_queries, resid_mlp;  // inputs of the groups
    at::Tensor q, k, v, z;                                 // leaves and result of the attention core's own graph
    AttentionContext::LoneQueries lone;
    at::Tensor in, gate, mlp_raw;  // what the MLP's activation takes; output before a post-norm
  };

  std::vector<Block> blocks;
  Frame frame;                         // where the pass ended
  std::optional<Frame> all_positions;  // the frame before it was narrowed, where it was
  at::Tensor end_resid;                // [N, D] the residual stream at the end
  at::Tensor raw_logits;               // before a soft cap
  LatentTape latents;                  // of a network with autoencoders

  bool narrowed() const { return all_positions.has_value(); }
};

}  // namespace autocircuit
