#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

// The table of the operators that a device may implement with kernels of its own, in LibTorch's library "autocircuit": what each means,
// and a line in AUTOCIRCUIT_OPERATORS, of which all else is made that needs to know them all: registrations, declarations, typed calls.
//
// All tensors of a call are on one device and contiguous, but the deltas that the CPU's patched_rows takes: of these the numbers of a row
// are side by side, and rows anywhere. `norm` is 0 for none, 1 for layer norm, 2 for root-mean-square norm; D is the width of
// the model, N = batch * positions counts rows of the batch, the position changing fastest.
//
// patched_rows: inputs of the destinations whose edges are patched, [rows, N, D] =
//     norm(base[row][i] + sum over the row's entries e of weight[e] * delta[source[e]][i])
//   base          `resid` [N or a divisor, D], or `ablated` [N or a divisor, D] for the rows with from_ablated [rows] (uint8) set;
//                 row i of the batch reads row i mod their number. What no row uses may be missing.
//   delta         sources before `first_late` in `early` [>= first_late, N or a divisor, D], read at i mod their number; the
//                 others, counted from first_late, in `late` [sources, N, D]. Either may be missing.
//   entries       rows stand in tiles of T = weight.size(1), which devices/tile_rows.h says: tile t has rows t * T ... t * T + T - 1,
//                 fewer at the end. Entries begin[k] ... begin[k + 1] - 1 (int32) with k = (t * masks + m) * tokens + p are those of
//                 tile t under mask m at token p: a source (int32, ascending) and its weight in each row of the tile, weight [entries, T]
//                 (float64 where the inputs are, else float32). `source` and `weight` may hold more: entries of other groups, whose
//                 sources this call does not have, before begin[0] and behind the last list.
//   mask, token   row i of the batch belongs to mask i / (N / masks); its position i mod token_of.size(0) has token
//                 token_of[position] (int32), or 0 where tokens is 1.
//   scale, shift  [D] of the norm, or missing.
//   The sum is made before the base is added: where it cancels the base the result is exactly 0. A source (N * D numbers) takes
//   less than 4 GiB.
//
// For float16 and bfloat16 all operators compute in float32 and round what they store.
//
// norm_backward_rows_: `grad` [R, N, D], gradient of a norm's output, becomes that of its input x [N or R * N, D] (read at row
//   mod their number).
//
// absorb_outputs_: out [H, N, D] what heads wrote: resid [N, D] += sum over heads, then out[h] = ablated[h] - out[h] with
//   ablated [H, N or a divisor, D]. Either may be missing, and its part is left out.
//
// mask_gradient: [buckets, R, S] = sum over the i with bucket_of[i] = bucket of <grad[r][i], delta[s][i]>, grad [R, N, D], delta
//   [S, N, D]; bucket_of (int32, from 0 to buckets - 1) is [N], or empty where there is one bucket. The result is float32 for
//   float16 and bfloat16.
//
// divergences: KL(reference || softmax(logits)) in nats of each row of logits = softcap(x @ weight + bias), x [K * R, D], weight
//   [D, V] (any strides), bias [V] or missing; softcap 0 is none, else c tanh(logit / c). Row i is compared with row i mod R of
//   `expected` [R, V], the reference's logits up to a constant a row, and `probabilities` [R, V], their softmax. With d =
//   logits - expected it is log sum_v p_v e^{d_v} - sum_v p_v d_v, exactly 0 where the logits agree; where that could underflow
//   (the largest d lies more than 40 above the mean) it is made from log-probabilities. In the reference's dtype, no gradient.

// OPERATOR(name, schema behind the name, C++ type of the schema): what is asked of each, in order. LibTorch compares schema and type when
// it registers them.
#define AUTOCIRCUIT_OPERATORS(OPERATOR)                                                                                                  \
  OPERATOR(patched_rows,                                                                                                                 \
           "(Tensor? resid, Tensor? ablated, Tensor from_ablated, Tensor? early, Tensor? late, int first_late, Tensor begin, "           \
           "Tensor source, Tensor weight, Tensor token_of, int rows, int masks, int tokens, int n, int norm, float eps, Tensor? scale, " \
           "Tensor? shift) -> Tensor",                                                                                                   \
           at::Tensor(const OptionalTensor& resid, const OptionalTensor& ablated, const at::Tensor& from_ablated,                        \
                      const OptionalTensor& early, const OptionalTensor& late, int64_t first_late, const at::Tensor& begin,              \
                      const at::Tensor& source, const at::Tensor& weight, const at::Tensor& token_of, int64_t rows, int64_t masks,       \
                      int64_t tokens, int64_t n, int64_t norm, double eps, const OptionalTensor& scale, const OptionalTensor& shift))    \
  OPERATOR(norm_backward_rows_, "(Tensor(a!) grad, Tensor x, int norm, float eps, Tensor? scale) -> ()",                                 \
           void(at::Tensor & grad, const at::Tensor& x, int64_t norm, double eps, const OptionalTensor& scale))                          \
  OPERATOR(absorb_outputs_, "(Tensor(a!) out, Tensor? ablated, Tensor(b!)? resid) -> ()",                                                \
           void(at::Tensor & out, const OptionalTensor& ablated, const OptionalTensor& resid))                                           \
  OPERATOR(mask_gradient, "(Tensor grad, Tensor delta, Tensor bucket_of, int buckets) -> Tensor",                                        \
           at::Tensor(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets))                    \
  OPERATOR(divergences, "(Tensor x, Tensor weight, Tensor? bias, float softcap, Tensor expected, Tensor probabilities) -> Tensor",       \
           at::Tensor(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias, double softcap,                         \
                      const at::Tensor& expected, const at::Tensor& probabilities))

// The C++ types by the operators' names.
namespace autocircuit::signatures {
using OptionalTensor = std::optional<at::Tensor>;
#define OPERATOR_TYPE(name, schema, type) using name = type;
AUTOCIRCUIT_OPERATORS(OPERATOR_TYPE)
#undef OPERATOR_TYPE
}  // namespace autocircuit::signatures

// Declares all operators as functions of the namespace that it stands in.
#define AUTOCIRCUIT_DECLARE_OPERATOR(name, schema, type) ::autocircuit::signatures::name name;
#define AUTOCIRCUIT_DECLARE_OPERATORS AUTOCIRCUIT_OPERATORS(AUTOCIRCUIT_DECLARE_OPERATOR)

// What implements them: `on_cpu` and `portable` (LibTorch's operators, any device) compute, `shapes` says what comes out of a call with
// tensors that hold no numbers.
namespace autocircuit::on_cpu {
AUTOCIRCUIT_DECLARE_OPERATORS
}
namespace autocircuit::portable {
AUTOCIRCUIT_DECLARE_OPERATORS
}
namespace autocircuit::shapes {
AUTOCIRCUIT_DECLARE_OPERATORS
}
