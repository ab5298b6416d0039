#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "engine/autoencoders.h"
#include "engine/frame.h"
#include "engine/latent_lists.h"

namespace autocircuit {

// What the latents of one autoencoder have written when groups of a block read, from their entries: [N, D].
at::Tensor latents_written(const Autoencoder& autoencoder, int64_t reading_block, const LatentLists& lists);

// Cross-layer transcoders in the order of their blocks: the output of block m is replaced by what the latents of all blocks l <= m write
// there. With decoders as running sums W_l[m] = sum over l <= i <= m of what l writes to block i, which is what groups of block m + 1 read,
// that is S_m - S_{m-1}, where S_m = sum over l <= m of a_l W_l[m] and of the biases.
//
// The floor: each block l's K latents of a token write to L - l blocks, so L (L + 1) / 2 times K D numbers of decoders are gathered for a
// token, in the forward pass and in the backward pass again; 2 K D operations for each. Decoders as large are all that is kept for it:
// groups take from the running sums what they read, at the price of one decoder for each pair of blocks.
class CrossLayerWrites {
 public:
  // An autoencoder's entries at the tokens where the pass is.
  using Lists = std::function<LatentLists(int64_t number)>;
  // What is written to the output of an autoencoder's block [N, D]; from the first block on. `frame` where a pass may go on at fewer
  // tokens.
  at::Tensor write(const Autoencoders& autoencoders, int64_t number, const Lists& lists, const Frame* frame = nullptr);

 private:
  at::Tensor written_;  // S of the block before, at the positions of then
};

// The way back through them.
class CrossLayerGradients {
 public:
  // Adds to the gradient of an autoencoder's entries that of <step, decoder>, [N, D] and the decoder's rows.
  using AddGradient = std::function<void(int64_t number, const at::Tensor& step, const at::Tensor& decoder)>;
  // From the gradient of what was written to the output of an autoencoder's block [N, D], from the last block on. As sum over m of
  // <g_m, W[m] - W[m-1]> is sum over m of <g_m - g_{m+1}, W[m]>, it takes one product for each block that writes.
  void through(const Autoencoders& autoencoders, int64_t number, const at::Tensor& grad, const Frame& frame, const AddGradient& add);

 private:
  at::Tensor later_grad_;  // g of the block behind, at its positions
  std::vector<int64_t> positions_;
};

}  // namespace autocircuit
