#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.h"
#include "engine/weights.h"

namespace autocircuit {

// What a sparse autoencoder of a block reads, and replaces.
enum class AutoencoderInput : uint8_t {
  mlp_out,     // the MLP's output, as the residual stream gets it
  mlp_post,    // the MLP's neurons after their activation
  mlp_in,      // a transcoder: reads what the MLP reads, behind its norm, and replaces the MLP's output
  mlp_resid,   // the same, but reads the residual stream before that norm
  attn_out,    // what attention writes to the residual stream, its bias included
  z,           // the heads' outputs side by side, before their output matrix
  resid_post,  // the residual stream behind the block: what is behind reads it anew
};
inline bool is_of_attention(AutoencoderInput input) { return input == AutoencoderInput::attn_out || input == AutoencoderInput::z; }
inline bool is_of_stream(AutoencoderInput input) { return input == AutoencoderInput::resid_post; }
inline bool is_of_mlp(AutoencoderInput input) { return !is_of_attention(input) && !is_of_stream(input); }
inline bool is_transcoder(AutoencoderInput input) { return input == AutoencoderInput::mlp_in || input == AutoencoderInput::mlp_resid; }

// All latents of an autoencoder of which some were pruned, where only the largest of all count (top): one that is left is 0 where more
// that are not are larger.
struct Rivals {
  at::Tensor encode;  // [A, n], undefined where none were pruned
  at::Tensor bias;    // [A]
  at::Tensor places;  // [L] or [P, L], int64: which of them are left
};

// A block's autoencoder as it is given: activations x [n] -> latents a = act(encode x + bias) [L] -> decode^T a + out_bias [n].
// With a leading dimension of positions each position has latents of its own.
struct GivenAutoencoder {
  int64_t block = 0;
  AutoencoderInput input = AutoencoderInput::mlp_out;
  at::Tensor encode;  // [L, n] or [P, L, n]
  at::Tensor bias;    // [L] or [P, L]
  at::Tensor decode;  // [L, n] or [P, L, n]
  // Of a cross-layer transcoder what its latents write to the MLP outputs of the blocks behind its own, in order, as `decode`.
  std::vector<at::Tensor> decode_later;
  at::Tensor out_bias;   // [n]
  at::Tensor threshold;  // [L] or [P, L], or undefined: latents at or below it are 0 (JumpReLU)
  int64_t top = 0;       // or, if not 0, all but so many are 0
  Rivals rivals{};       // among which these are the largest
  // Of `mlp_in`: whether it was made for what the norm gives with its weights, where that is known.
  std::optional<bool> norm_weights{};
  // What it was made for, where that is known: vectors of mean zero (`writes_centered`), heads whose values have their biases.
  std::optional<bool> centered_writes{}, value_biases{};
};

// The same where the network computes. Row p * L + l of a decoder is what one unit of latent l writes to the residual stream (at position
// p, where positions have their own), behind the output matrix of the MLP or of the heads too. Latents of cross-layer transcoders write
// block after block: their decoders are running sums, as groups meet them.
// Where a norm stands behind that matrix (Gemma 2, OLMo 2) a latent writes its share of what the norm gives, as heads do: the norm's
// weights are in the rows, and what multiplies a row is the activation times the norm's factor for the token, which
// engine/latent_writes.h keeps. The bias's share has another factor in each run, and no edge to be patched along: it belongs to the error,
// and `out_bias` is zero.
struct Autoencoder {
  int64_t block = 0;
  AutoencoderInput input = AutoencoderInput::mlp_out;
  at::Tensor encode;                 // [P or 1, L, n]
  at::Tensor bias;                   // [P or 1, L]
  std::vector<at::Tensor> decoders;  // [(P or 1) * L, d_model]: what was written when the own block had, when the next one had, ...
  at::Tensor out_bias;               // [d_model]
  at::Tensor threshold;              // [P or 1, L], or undefined
  int64_t top = 0;
  Rivals rivals;  // places [P or 1, L]

  // What groups of a block read of the latents, those of the number of blocks at the end.
  const at::Tensor& decoder_before(int64_t reading_block) const;
  int64_t latents() const { return encode.size(1); }
  int64_t positions() const { return encode.size(0); }

  // x [batch * positions, n] at these positions -> latents [batch * positions, L], none negative.
  at::Tensor encoded(const at::Tensor& x, const std::vector<int64_t>& at) const;
  // Latents [rows, L] at these positions as weights of a decoder's rows: [rows, (P or 1) * L].
  at::Tensor on_decoder(const at::Tensor& latents, const std::vector<int64_t>& at) const;
};

// The autoencoders of a network, in the order in which they write: a block may have one of its attention, one of its MLP, one of the stream
// behind it, or none. What they leave out of the original value is dropped, or (`errors`) a source of its own.
class Autoencoders {
 public:
  // Throws Error bad_input, naming the block, for shapes that do not fit the network or each other, numbers that are not finite, and two
  // in one place.
  Autoencoders(const TransformerConfig& config, const Weights& weights, bool errors, std::vector<GivenAutoencoder> given);

  int64_t count() const { return static_cast<int64_t>(all_.size()); }
  const Autoencoder& operator[](int64_t number) const { return all_[number]; }
  bool errors() const { return errors_; }
  // Whether latents write to later blocks than their own: all of MLPs do then.
  bool cross_layers() const { return cross_layers_; }
  bool crosses_layers(int64_t number) const { return cross_layers_ && is_of_mlp(all_[number].input); }
  // Numbers of those of a block; -1 where it has none.
  int64_t of_attention(int64_t block) const { return of_attention_[block]; }
  int64_t of_mlp(int64_t block) const { return of_mlp_[block]; }
  int64_t of_stream(int64_t block) const { return of_stream_[block]; }
  // Whether some block has one of the stream behind it.
  bool any_of_stream() const { return !stream_counts().empty(); }
  // Latents of each block's attention, of its MLP, or of the stream behind it; empty where no block has any.
  std::vector<int64_t> attention_counts() const { return counts(of_attention_); }
  std::vector<int64_t> mlp_counts() const { return counts(of_mlp_); }
  std::vector<int64_t> stream_counts() const { return counts(of_stream_); }
  // Mean over d_model of what a unit of each latent writes in all, all autoencoders' side by side: [positions or 1, latents].
  at::Tensor decoder_means() const;
  // Where a run's sources are kept, the latents of all autoencoders lie side by side in rows of D numbers behind them: how many rows, one's
  // latents [B * P, L] out of such rows [X, B, P, D], and the rows of all of them, each [B * P, L], in the batches of the sources.
  int64_t packed_rows() const { return (first_.back() + d_model_ - 1) / d_model_; }
  at::Tensor unpacked(const at::Tensor& rows, int64_t number) const;
  at::Tensor packed(const std::vector<at::Tensor>& latents, const at::Tensor& sources) const;

 private:
  std::vector<int64_t> counts(const std::vector<int64_t>& of_block) const;
  std::vector<int64_t>& numbers_of(AutoencoderInput input);
  void check_cross_layer_writes(const std::vector<GivenAutoencoder>& given, int64_t layers) const;

  bool errors_;
  bool cross_layers_ = false;
  int64_t d_model_;
  std::vector<Autoencoder> all_;
  std::vector<int64_t> of_attention_, of_mlp_, of_stream_;
  std::vector<int64_t> first_;  // of each one's latents, side by side
};

// "the autoencoder of block 3's attention", as errors name it.
std::string name_of(const Autoencoder& autoencoder);

}  // namespace autocircuit
