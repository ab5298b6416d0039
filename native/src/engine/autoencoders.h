#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config.h"
#include "engine/weights.h"

namespace autocircuit {

// What a sparse autoencoder of a block reads, and replaces.
enum class AutoencoderInput : uint8_t {
  mlp_out,   // the MLP's output, as the residual stream gets it
  mlp_post,  // the MLP's neurons after their activation
  mlp_in,    // a transcoder: reads what the MLP reads, behind its norm, and replaces the MLP's output
};

// One block's autoencoder as it is given: activations x [n] -> latents a = act(encode x + bias) [L] -> decode^T a + out_bias [n].
// With a leading dimension of positions each position has latents of its own.
struct GivenAutoencoder {
  at::Tensor encode;     // [L, n] or [P, L, n]
  at::Tensor bias;       // [L] or [P, L]
  at::Tensor decode;     // [L, n] or [P, L, n]
  at::Tensor out_bias;   // [n]
  at::Tensor threshold;  // [L] or undefined: latents at or below it are 0 (JumpReLU)
  int64_t top = 0;       // or, if not 0, all but so many are 0
};

// The same where the network computes. Row p * L + l of `decode` is what one unit of latent l writes to the residual stream (at position p,
// where positions have their own), behind the MLP's output matrix too.
struct Autoencoder {
  at::Tensor encode;  // [P or 1, L, n]
  at::Tensor bias;    // [P or 1, L]
  at::Tensor decode;  // [(P or 1) * L, d_model]
  at::Tensor out_bias;  // [d_model]
  at::Tensor threshold;
  int64_t top = 0;

  int64_t latents() const { return encode.size(1); }
  int64_t positions() const { return encode.size(0); }

  // x [batch * positions, n] at these positions -> latents [batch * positions, L], none negative.
  at::Tensor encoded(const at::Tensor& x, const std::vector<int64_t>& at) const;
  // Latents [rows, L] at these positions as weights of the rows of `decode`: [rows, (P or 1) * L].
  at::Tensor on_decoder(const at::Tensor& latents, const std::vector<int64_t>& at) const;
};

// The autoencoders of all blocks. What they leave out of the original output is dropped, or (`errors`) a source of its own.
class Autoencoders {
 public:
  // Throws std::invalid_argument, naming the block, for shapes that do not fit the network or each other and numbers that are not finite.
  Autoencoders(const TransformerConfig& config, const Weights& weights, AutoencoderInput input, bool errors,
               const std::vector<GivenAutoencoder>& given);

  const Autoencoder& operator[](int64_t block) const { return blocks_[block]; }
  bool reads_neurons() const { return input_ == AutoencoderInput::mlp_post; }
  bool reads_input() const { return input_ == AutoencoderInput::mlp_in; }
  bool errors() const { return errors_; }
  std::vector<int64_t> counts() const;
  // Mean over d_model of what a unit of each latent writes, all blocks' side by side: [positions or 1, latents].
  at::Tensor decoder_means() const;
  // Latents of all blocks lie side by side where they are kept for a run: the block's first, and how many rows of d_model they take.
  int64_t first(int64_t block) const { return first_[block]; }
  int64_t packed_rows() const { return (first_.back() + d_model_ - 1) / d_model_; }

 private:
  AutoencoderInput input_;
  bool errors_;
  int64_t d_model_;
  std::vector<Autoencoder> blocks_;
  std::vector<int64_t> first_;
};

}  // namespace autocircuit
