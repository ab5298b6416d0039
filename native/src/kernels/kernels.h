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

template <class T>
struct KernelsOf {
  // Elements of each delta that are packed side by side. Deltas lie whole pages apart, so that unpacked their parts would
  // compete for the same few lines of the first-level cache.
  int64_t block;
  // rows[r][0, size) = bases[r] + sum_k weight[k][r] * packed delta of entry k, for kCpuTileRows rows and size <= block. Packed deltas
  // are whole blocks. The sum is made first: where it cancels the base (every source of a stream set to zero) the result is
  // exactly 0, and no rounding is left for a norm to magnify.
  void (*build_tile)(int64_t size, const T* packed, const TileList<T>& list, const T* const* bases, T* const* rows);
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

  // Products of `rows` packed rows (`width` apart, zeros beyond D, their number filled up to product_rows) with `count` deltas that
  // lie `stride` apart. sums[r][s] has product_lanes numbers; their total is the sum. A row has sums for `count` filled up to
  // product_deltas.
  int64_t product_rows, product_deltas, product_lanes;
  void (*add_products)(int64_t rows, int64_t count, int64_t d, int64_t width, const T* packed, const T* deltas, int64_t stride, T* sums);
};

struct Kernels {
  const char* set;  // of instructions
  KernelsOf<float> of_float;
  KernelsOf<double> of_double;
  // out[i][c] = start + sum over k of x[i][k] * matrix[k][first + c]. Each number is summed in the order of k, whatever else is made
  // with it, so that equal rows give equal numbers.
  void (*multiply_panel)(const PanelProduct& product);
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
