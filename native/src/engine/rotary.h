#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/config.h"
#include "engine/weights.h"

namespace autocircuit {

// By how much pairs of numbers are turned: cosines and sines [1 or B, P, pairs] of positions [1 or B, P] (int64) times the frequencies of a
// kind of block (`rotary_kind`). The same for all blocks of a kind.
struct Rotation {
  at::Tensor cos, sin;
};
int64_t rotary_kind(const RotaryConfig& rotary, int64_t block);
Rotation rotation_at(const at::Tensor& positions, const RotaryConfig& rotary, const Weights& weights, int64_t kind);

// Queries or keys x [B, P, heads, d_head]: the first `dim` numbers of a head, in pairs, turned. Numbers behind them stay.
at::Tensor rotated(const at::Tensor& x, const Rotation& by, const RotaryConfig& rotary);

}  // namespace autocircuit
