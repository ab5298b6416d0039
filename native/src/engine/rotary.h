#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/config.h"
#include "engine/weights.h"

namespace autocircuit {

// Queries or keys x [B, P, heads, d_head] of a block, turned by their positions [1 or B, P] (int64): the first `dim` numbers of a head, in
// pairs, by position * frequency. Numbers behind them stay.
at::Tensor rotated(const at::Tensor& x, const at::Tensor& positions, const RotaryConfig& rotary, const Weights& weights, int64_t block);

}  // namespace autocircuit
