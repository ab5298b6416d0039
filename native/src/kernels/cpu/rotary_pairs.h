#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// Rotary positions: of each head's first numbers, pairs (a, b) as (a cos - b sin, b cos + a sin); what is behind them stays. x [B, P,
// heads, d_head]; `cos` and `sin` [1 or B, P, pairs], float32 or float64, in which x of a narrower type is turned, on the CPU. A pair is
// two neighbours where `interleaved`, else one of the first half and one of the second. Autograd does not see it.
at::Tensor rotary_pairs(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved);

}  // namespace autocircuit
