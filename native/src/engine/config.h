#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operators/norm_kind.h"

namespace autocircuit {

enum class PositionKind : uint8_t { learned, rotary, none };
enum class Activation : uint8_t { relu, gelu, gelu_new, silu, quick_gelu };
enum class QkNorm : uint8_t { none, head, full };

// Rotary position embedding. Each block uses one of several sets of inverse frequencies (Gemma 3 has two).
struct RotaryConfig {
  int64_t dim = 0;
  bool interleaved = false;
  std::vector<std::vector<double>> frequencies;
  std::vector<double> scale;        // multiplies cos and sin, one per set; empty = 1
  std::vector<int64_t> layer_type;  // set used by each block; empty = 0
};

// A transformer as data: every supported architecture is a value of this struct, none has code of its own.
struct TransformerConfig {
  int64_t layers = 0, d_model = 0, heads = 0, kv_heads = 0, d_head = 0, d_mlp = 0;
  int64_t d_vocab = 0, d_vocab_out = 0, context = 0;
  NormKind norm = NormKind::none;
  double eps = 1e-5;
  bool attn_only = false, parallel = false, causal = true, gated = false, pre_norm = true;
  double attn_scale = 1.0;  // attention scores are divided by it
  PositionKind positions = PositionKind::learned;
  int64_t position_offset = 0;
  RotaryConfig rotary;
  std::vector<int64_t> window;  // per block, 0 = full attention; empty = full everywhere
  Activation activation = Activation::gelu_new;
  double attn_softcap = 0, final_softcap = 0;  // 0 = none
  double embed_scale = 1.0;
  QkNorm qk_norm = QkNorm::none;
};

}  // namespace autocircuit
