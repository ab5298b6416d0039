#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "operators/operators.h"

namespace autocircuit {

// The positions a pass currently works at, and what it knows there. A pass starts with all positions and goes on with the
// asked ones alone after the last block's keys and values are made. N = batch * positions.size().
struct Frame {
  int64_t batch = 0;
  std::vector<int64_t> positions;
  at::Tensor resid;  // [N, D]
  Delta delta;       // [sources, N, D]; holds plain outputs when the pass patches nothing

  // Backward only.
  at::Tensor grad;         // [N, D] gradient of the residual stream
  at::Tensor source_grad;  // [sources, N, D] what patched edges add to each source's gradient; undefined when nothing is patched
  // [N, D] what patched rows add to the gradient of output biases behind norms, which they read though no edge carries them; undefined
  // where there are none.
  at::Tensor bias_grad;

  int64_t seq_len() const { return static_cast<int64_t>(positions.size()); }
  int64_t n() const { return batch * seq_len(); }

  // The same at fewer positions (indices into this frame's), with room for its deltas: copies of the first `sources` of them.
  Frame narrowed(const std::vector<int64_t>& indices, int64_t sources, const at::Tensor& late) const;
};

// Rows [batch * seq_len, ...] (or [k, batch * seq_len, ...] with dim 1) at some of the positions.
at::Tensor at_positions(const at::Tensor& rows, int64_t dim, int64_t seq_len, const std::vector<int64_t>& indices);

}  // namespace autocircuit
