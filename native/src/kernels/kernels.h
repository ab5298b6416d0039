#pragma once

#include <cstdint>

#include "devices/tile_rows.h"

// What the CPU's kernels are, whatever instruction set they are compiled for. Nothing here or in kernels/set may use LibTorch's or
// the standard library's templates: what a file compiled for one set emits of them, the linker may give to all others.

namespace autocircuit {

// Columns of a matrix that are packed together, and as many of its rows: what lies in the second-level cache while all rows meet it.
constexpr int64_t kPanel = 64, kPanelDepth = 384;

template <class T>
struct NormArgs {
  bool normalises, centres;  // layer norm does both; root mean square only the first
  T eps;
  const T* scale;  // or null
  const T* shift;
};

// A list of a tile: each entry's source (its place among the packed ones) and its weight in every row.
template <class T>
struct TileList {
  const int32_t* slot;
  const T* weight;  // [count][kCpuTileRows]
  int64_t count;
};

// What rows share that read x [D] through one norm. Each has d loss / d x = (g - a - (x - mean) * b) * rstd with g = gradient * scale,
// a the mean of g (where it centres) and b = <g, x - mean> * rstd^2 / D, or 0 where rstd is held constant. Without a norm it is g.
template <class T>
struct SharedNorm {
  NormArgs<T> norm;
  const T* x;
  T mean, rstd;
  bool holds_rstd = false;
};

// Rows of D numbers side by side, of several heads.
template <class T>
struct HeadRows {
  T* data;
  int64_t head, row;  // strides
  T* at(int64_t which, int64_t index) const { return data + which * head + index * row; }
};

// Queries that meet keys together, and what keys and numbers of a row are filled up to for them.
constexpr int64_t kQueriesAtOnce = 16;
template <class T>
constexpr int64_t kFilledTo = 64 / sizeof(T);

// The query heads of one example that share their keys and values. Rows of keys and of D numbers are filled up to kFilledTo in `room`.
template <class T>
struct AttentionGroup {
  int64_t heads, queries, keys, d, filled_keys, filled_d;
  HeadRows<const T> q;     // [heads, queries, D]
  HeadRows<const T> k, v;  // [1, keys, D]
  T scale;                 // of the scores
  const T* hidden;         // [queries, filled keys], `hidden_row` apart: 0, or minus infinity where a query sees no key
  int64_t hidden_row;
  const int32_t* reach;  // for each kQueriesAtOnce queries the first key that any sees and the end of them, filled up
  T* statistics;         // [heads, queries, 2]: the largest score, 1 / the sum of the exponentials
  T* room;               // as much as attention_room says, aligned to 64 bytes
};

// Numbers of `room`: matrices of keys, [filled keys + 8, filled D] or turned, and of kQueriesAtOnce queries.
constexpr int64_t attention_room(int64_t filled_keys, int64_t filled_d) {
  return 5 * (filled_keys + 8) * filled_d + kQueriesAtOnce * (2 * filled_keys + 3 * filled_d);
}

template <class T>
struct AttentionGrads {
  HeadRows<const T> z;  // given
  HeadRows<T> q, k, v;
};

// What a piece of a row adds to the sums of a divergence, with its differences counted from the largest of the piece.
struct DivergenceShare {
  double largest = -__builtin_inf();
  double weights = 0, exponentials = 0, differences = 0;
};

// A matrix of K rows and any strides.
struct PanelMatrix {
  const float* data;
  int64_t row, column;  // strides
};

// What the products are added to.
enum class PanelStart : uint8_t { zero, bias, out };

struct PanelProduct {
  int64_t rows, k;
  const float* x;  // [rows, K], numbers of a row side by side
  int64_t x_stride;
  PanelMatrix matrix;
  int64_t first, columns;  // of the matrix; at most kPanel
  PanelStart start;
  const float* bias;  // of the first column
  float* packed;      // room for kPanelDepth * kPanel numbers
  float* out;
  int64_t out_stride;
};

// An activation x * sigmoid(x (linear + cubic * x^2)).
struct SigmoidUnit {
  float linear, cubic;
};

// Of units act(x), or act(x) * by where `by` is given: from the gradient of what they give that of x, and that of `by`.
struct SigmoidUnitGrads {
  const float *grad, *x, *by;
  float *x_grad, *by_grad;
};

template <class T>
struct KernelsOf {
  // Elements of each delta that are packed side by side. Deltas lie whole pages apart, so that unpacked their parts would
  // compete for the same few lines of the first-level cache.
  int64_t block;
  // rows[r][0, size) = bases[r] + sum_k weight[k][r] * packed delta of entry k, for kCpuTileRows rows and size <= block. Packed deltas
  // are whole blocks. The sum is made first: where it cancels the base (every source of a stream set to zero) the result is
  // exactly 0, and no rounding is left for a norm to magnify. It goes on from begun[r], where `begun` is not null.
  void (*build_tile)(int64_t size, const T* packed, const TileList<T>& list, const T* const* begun, const T* const* bases, T* const* rows);
  void (*normalize)(int64_t d, T* x, const NormArgs<T>& norm);
  // grad becomes the gradient of the norm's input x; grad * scale is that of the normalised value.
  void (*norm_backward)(int64_t d, T* grad, const T* x, const NormArgs<T>& norm);
  // resid += out, then out = ablated - out, each where it is given.
  void (*absorb)(int64_t d, T* out, const T* ablated, T* resid);

  // Mean and 1 / deviation of x.
  void (*measure_norm)(int64_t d, SharedNorm<T>& norm);
  // into = gradient of the norm's input, also added to `stream`. `following` is asked for meanwhile.
  void (*plain_backward)(int64_t d, const T* grad, const T* following, const SharedNorm<T>& norm, T* into, T* stream);

  // Of one row's logits from expected ones with their probabilities.
  void (*measure_divergence)(DivergenceShare& share, int64_t size, const T* logits, const T* expected, const T* probabilities);

  // z [heads, queries, D] = softmax(scale * q k^T) v, and the statistics by which `attend_backward` makes the same weights again.
  void (*attend)(const AttentionGroup<T>& group, const HeadRows<T>& z);
  // A query that sees one key only has a weight of exactly 1: it and this key get exactly 0 from their score.
  void (*attend_backward)(const AttentionGroup<T>& group, const AttentionGrads<T>& grads);

  // Products of `rows` packed rows (`width` apart, zeros beyond D, their number filled up to product_rows) with `count` deltas that
  // lie `stride` apart. sums[r][s] has product_lanes numbers; their total is the sum. A row has sums for `count` filled up to
  // product_deltas.
  int64_t product_rows, product_deltas, product_lanes;
  void (*add_products)(int64_t rows, int64_t count, int64_t d, int64_t width, const T* packed, const T* deltas, int64_t stride, T* sums);
};

// Numbers of narrower types, by their bits.
using Widen = void (*)(int64_t count, const uint16_t* from, float* to);

struct Kernels {
  const char* set;  // of instructions
  KernelsOf<float> of_float;
  KernelsOf<double> of_double;
  // out[i][c] = start + sum over k of x[i][k] * matrix[k][first + c]. Each number is summed in the order of k, whatever else is made
  // with it, so that equal rows give equal numbers.
  void (*multiply_panel)(const PanelProduct& product);
  Widen widen_bfloat16, widen_float16;
  // out = act(x), or act(x) * by where `by` is given.
  void (*sigmoid_units)(const SigmoidUnit& unit, int64_t count, const float* x, const float* by, float* out);
  void (*sigmoid_units_backward)(const SigmoidUnit& unit, const SigmoidUnitGrads& of, int64_t count);
};

template <class T>
const KernelsOf<T>& of_type(const Kernels& kernels);
template <>
inline const KernelsOf<float>& of_type(const Kernels& kernels) {
  return kernels.of_float;
}
template <>
inline const KernelsOf<double>& of_type(const Kernels& kernels) {
  return kernels.of_double;
}

}  // namespace autocircuit
