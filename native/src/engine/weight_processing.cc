#include "engine/weight_processing.h"

#include <ATen/ATen.h>

namespace autocircuit {
namespace {

// Rows [.., d_model] of independent numbers have means of some 1 / sqrt(d_model) of their size, centred ones of rounding's.
constexpr double LEAST_MEAN = 1e-4;

bool rows_are_centered(const at::Tensor& rows) {
  if (!rows.defined() || rows.numel() == 0) return true;
  const double size = rows.abs().mean().item<double>();
  return rows.mean(-1).abs().mean().item<double>() <= LEAST_MEAN * size;
}

bool has_numbers(const at::Tensor& bias) { return bias.defined() && bias.any().item<bool>(); }

}  // namespace

bool writes_centered(const Weights& weights) {
  if (!rows_are_centered(weights.embed) || !rows_are_centered(weights.positions)) return false;
  for (const BlockWeights& block : weights.blocks)
    for (const at::Tensor& writer : {block.w_o, block.b_o, block.w_out, block.b_out})
      if (!rows_are_centered(writer)) return false;
  return true;
}

bool value_biases_folded(const BlockWeights& block) { return has_numbers(block.b_q) && !has_numbers(block.b_v); }

bool norms_folded(const Weights& weights) {
  for (const BlockWeights& block : weights.blocks)
    if (block.ln2.scale.defined()) return false;
  return true;
}

at::Tensor value_bias_of_heads(const TransformerConfig& config, const BlockWeights& block) {
  at::Tensor bias = has_numbers(block.b_v) ? block.b_v : at::Tensor();
  if (has_numbers(block.ln1.shift)) {
    const at::Tensor of_norm = at::matmul(block.ln1.shift, block.w_v);
    bias = bias.defined() ? bias + of_norm : of_norm;
  }
  if (!bias.defined()) return bias;
  return bias.view({config.kv_heads, config.d_head}).repeat_interleave(config.heads / config.kv_heads, 0).reshape({-1});
}

}  // namespace autocircuit
