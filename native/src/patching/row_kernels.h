#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "engine/config.h"

namespace autocircuit {

// Weighted sources of patched rows, as compressed lists. Row r under mask m at token t holds the entries
// [begin[k], begin[k + 1]) with k = (r * masks + m) * tokens + t.
struct SourceLists {
  int64_t rows = 0, masks = 1, tokens = 1;
  std::vector<int64_t> begin{0};
  std::vector<int32_t> source;
  std::vector<double> weight;
};

// ablated - current, one slice a source. `early` sources come from a kept run whose batch is repeated once per mask.
struct Delta {
  at::Tensor early;          // [early sources, N / masks, D] or undefined
  at::Tensor late;           // [sources from first_late on, N, D]
  int64_t first_late = 0;    // index of late[0]
};

struct RowInputs {
  at::Tensor resid;    // [N or a divisor, D]: base of rows near the unpatched input; may be undefined when no row uses it
  at::Tensor ablated;  // [N or a divisor, D]: base of rows near the fully ablated input; may be undefined likewise
  std::vector<uint8_t> from_ablated;  // per row
};

// out[r, n, :] = norm(base_r[n] + sum_k weight_k * delta[source_k][n]), n = (example, position); without scale and shift
// applied when they are undefined. `token_of[p]` is the token index of position p of this frame (for lists by token).
// Returns [R, N, D]. CPU.
at::Tensor gather_rows(const RowInputs& inputs, const Delta& delta, const SourceLists& lists, int64_t n, int64_t length,
                       const std::vector<int64_t>& token_of, NormKind kind, double eps, const at::Tensor& scale,
                       const at::Tensor& shift);

// grad [R, N, D]: gradient of the norm's output in, of its input out; x [N, D] or [R, N, D] is the norm's input.
void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, NormKind kind, double eps, const at::Tensor& scale);

// Heads' outputs become deltas: for each head, resid[n] += out[h][n] and out[h][n] = ablated[h][n] - out[h][n] in one pass.
// `ablated` [H, N or a divisor, D] may be undefined (outputs stay as they are), `resid` too (nothing is added).
void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated, at::Tensor& resid);

}  // namespace autocircuit
