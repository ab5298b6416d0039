#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/config.h"
#include "engine/placement.h"

namespace autocircuit {

struct NormWeights {
  at::Tensor scale, shift;  // [n]; undefined = without
};

struct BlockWeights {
  NormWeights ln1, ln1_post, ln2, ln2_post;
  at::Tensor w_q, w_k, w_v;        // [d_model, heads * d_head], any strides
  at::Tensor b_q, b_k, b_v;        // [heads * d_head] or undefined
  at::Tensor w_o, b_o;             // [heads * d_head, d_model], [d_model] or undefined
  at::Tensor q_norm, k_norm;       // [d_head] or [heads * d_head], or undefined
  at::Tensor w_in, w_gate, w_out;  // [d_model, d_mlp], [d_model, d_mlp] or undefined, [d_mlp, d_model]
  at::Tensor b_in, b_gate, b_out;  // or undefined
};

// The network's parameters, as views of what was given where the layout allows a matrix product without a copy.
class Weights {
 public:
  Weights(const TransformerConfig& config, const std::unordered_map<std::string, at::Tensor>& named, const Placement& placement);

  // The type of sums over many products: float32 for narrower types.
  at::ScalarType sum_type() const;

  at::Tensor embed, positions;  // [d_vocab, d_model], [context, d_model] or undefined
  std::vector<BlockWeights> blocks;
  NormWeights ln_final;
  at::Tensor unembed, unembed_bias;     // [d_model, d_vocab_out], [d_vocab_out] or undefined
  std::vector<at::Tensor> frequencies;  // [dim / 2] float64 of each set of rotary frequencies
  at::TensorOptions options;            // dtype and device of the computation
  // Attention's output bias goes through a norm somewhere, and so is written times what is another number in each run.
  bool has_normed_bias = false;
};

}  // namespace autocircuit
