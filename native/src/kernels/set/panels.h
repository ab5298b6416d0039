#pragma once

#include <utility>

#include "kernels/kernels.h"
#include "kernels/set/vectors.h"

// A panel of a matrix is packed into strips as wide as a tile's sums, [strip][k][column], and each strip meets all rows.

namespace autocircuit {
namespace {

constexpr int64_t kLanes = kWidth<float>;
constexpr int kStripRegisters = kRegisters == 32 ? 4 : 2;
constexpr int kPanelRows = kRegisters == 32 || kFuses ? 6 : 5;
constexpr int64_t kStrip = kStripRegisters * kLanes;
static_assert(kPanel % kStrip == 0);

// Rows whose numbers of a block stay in the second-level cache, beside the panel, until all strips have met them.
constexpr int64_t kRowsAtOnce = 32 * kPanelRows;

template <int Step, int... Lane>
AUTOCIRCUIT_INLINE void exchange(Vector<float>& a, Vector<float>& b, std::integer_sequence<int, Lane...>) {
  constexpr int lanes = sizeof...(Lane);
  const Vector<float> x = a, y = b;
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define AUTOCIRCUIT_SHUFFLES
#endif
#endif
#ifdef AUTOCIRCUIT_SHUFFLES
  a = __builtin_shufflevector(x, y, (Lane & Step ? lanes + Lane - Step : Lane)...);
  b = __builtin_shufflevector(x, y, (Lane & Step ? lanes + Lane : Lane + Step)...);
#else
  for (int i = 0; i < lanes; i++) {
    a[i] = i & Step ? y[i - Step] : x[i];
    b[i] = i & Step ? y[i] : x[i + Step];
  }
#endif
}

// Turns a block as wide as it is high: at each step, halves of pairs of rows change places.
template <int Step>
AUTOCIRCUIT_INLINE void turn(Vector<float> (&lines)[kLanes]) {
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++)
    if (!(i & Step)) exchange<Step>(lines[i], lines[i + Step], std::make_integer_sequence<int, kLanes>());
  if constexpr (Step > 1) turn<Step / 2>(lines);
}

// to[k][c] = from[c * stride + k] for as many columns and k as a register has lanes; rows of `to` lie a strip apart.
AUTOCIRCUIT_INLINE void turn_block(const float* from, int64_t stride, float* to) {
  Vector<float> lines[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++) load(lines[i], from + i * stride);
  turn<kLanes / 2>(lines);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; i++) store(to + i * kStrip, lines[i]);
}

// One strip, [k][kStrip], with zeros beyond the columns there are.
AUTOCIRCUIT_INLINE void pack_strip(int64_t k, const float* from, int64_t row, int64_t column, int64_t columns, float* packed) {
  if (columns < kStrip) std::memset(packed, 0, k * kStrip * sizeof(float));
  const int64_t turned = row == 1 ? columns / kLanes * kLanes : 0, turned_k = k / kLanes * kLanes;
  constexpr int64_t line = 64 / sizeof(float);
  for (int64_t c = 0; c < turned; c += kLanes)
    for (int64_t i = 0; i < turned_k; i += kLanes) {
      // The columns behind these, each on a page of its own, where the processor does not guess it.
      if (i % line == 0)
        for (int64_t next = c + kLanes; next < c + 2 * kLanes; next++) __builtin_prefetch(from + next * column + i);
      turn_block(from + c * column + i, column, packed + i * kStrip + c);
    }
  for (int64_t i = 0; i < k; i++)
    for (int64_t c = i < turned_k ? turned : 0; c < columns; c++) packed[i * kStrip + c] = from[i * row + c * column];
}

// A whole panel whose rows lie together: row by row, each page once, and asked for before its turn.
AUTOCIRCUIT_INLINE void pack_rows(int64_t k, const float* from, int64_t row, float* packed) {
  constexpr int64_t line = 64 / sizeof(float), ahead = 12;
  for (int64_t i = 0; i < k; i++) {
    const float* const next = from + smaller(i + ahead, k - 1) * row;
    for (int64_t c = 0; c < kPanel; c += line) __builtin_prefetch(next + c);
    for (int64_t c = 0; c < kPanel; c += kStrip) std::memcpy(packed + c * k + i * kStrip, from + i * row + c, kStrip * sizeof(float));
  }
}

AUTOCIRCUIT_INLINE void pack(int64_t k, const PanelMatrix& matrix, int64_t first_row, int64_t first, int64_t columns, float* packed) {
  const float* const from = matrix.data + first_row * matrix.row + first * matrix.column;
  if (columns == kPanel && matrix.column == 1) return pack_rows(k, from, matrix.row, packed);
  for (int64_t c = 0; c < columns; c += kStrip)
    pack_strip(k, from + c * matrix.column, matrix.row, matrix.column, smaller(kStrip, columns - c), packed + c * k);
}

// A function of its own, so that the rows' places have registers too: two, and their distance.
template <int Rows>
__attribute__((noinline)) void multiply_tile(int64_t k, const float* x, int64_t x_stride, const float* packed, const float* starts,
                                             int64_t starts_stride, int64_t columns, float* out, int64_t out_stride) {
  Vector<float> sums[Rows][kStripRegisters];
  if (columns == kStrip) {
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 4
      for (int j = 0; j < kStripRegisters; j++) load(sums[r][j], starts + r * starts_stride + j * kLanes);
  } else {
    float line[kStrip] = {};
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++) {
      std::memcpy(line, starts + r * starts_stride, columns * sizeof(float));
#pragma GCC unroll 4
      for (int j = 0; j < kStripRegisters; j++) load(sums[r][j], line + j * kLanes);
    }
  }
  const float* upper = x;
  const float* lower = x + 3 * x_stride;
  for (int64_t i = 0; i < k; i++, upper++, lower++) {
    Vector<float> line[kStripRegisters];
#pragma GCC unroll 4
    for (int j = 0; j < kStripRegisters; j++) load(line[j], packed + i * kStrip + j * kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++) {
      const float number = r < 3 ? upper[r * x_stride] : lower[(r - 3) * x_stride];
#pragma GCC unroll 4
      for (int j = 0; j < kStripRegisters; j++) sums[r][j] += number * line[j];
    }
  }
  if (columns == kStrip) {
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++)
#pragma GCC unroll 4
      for (int j = 0; j < kStripRegisters; j++) store(out + r * out_stride + j * kLanes, sums[r][j]);
  } else {
    float line[kStrip];
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++) {
#pragma GCC unroll 4
      for (int j = 0; j < kStripRegisters; j++) store(line + j * kLanes, sums[r][j]);
      std::memcpy(out + r * out_stride, line, columns * sizeof(float));
    }
  }
}

template <int Rows>
void multiply_rest(int64_t rows, int64_t k, const float* x, int64_t x_stride, const float* packed, const float* starts,
                   int64_t starts_stride, int64_t columns, float* out, int64_t out_stride) {
  if constexpr (Rows > 0) {
    if (rows == Rows) return multiply_tile<Rows>(k, x, x_stride, packed, starts, starts_stride, columns, out, out_stride);
    multiply_rest<Rows - 1>(rows, k, x, x_stride, packed, starts, starts_stride, columns, out, out_stride);
  }
}

// `starts` are what the sums start at, one line for all rows or one for each.
void multiply_strip(int64_t rows, int64_t k, const float* x, int64_t x_stride, const float* packed, const float* starts,
                    int64_t starts_stride, int64_t columns, float* out, int64_t out_stride) {
  int64_t i = 0;
  for (; i + kPanelRows <= rows; i += kPanelRows)
    multiply_tile<kPanelRows>(k, x + i * x_stride, x_stride, packed, starts + i * starts_stride, starts_stride, columns,
                              out + i * out_stride, out_stride);
  multiply_rest<kPanelRows - 1>(rows - i, k, x + i * x_stride, x_stride, packed, starts + i * starts_stride, starts_stride, columns,
                                out + i * out_stride, out_stride);
}

void multiply_panel(const PanelProduct& p) {
  const float zeros[kPanel] = {};
  // Of a matrix without rows nothing but the start is left.
  for (int64_t from = 0; from == 0 || from < p.k; from += kPanelDepth) {
    const int64_t k = smaller(kPanelDepth, p.k - from);
    pack(k, p.matrix, from, p.first, p.columns, p.packed);
    const bool continues = from > 0 || p.start == PanelStart::out;
    for (int64_t row = 0; row < p.rows; row += kRowsAtOnce)
      for (int64_t c = 0; c < p.columns; c += kStrip) {
        float* const out = p.out + row * p.out_stride + c;
        const float* const starts = continues ? out : p.start == PanelStart::bias ? p.bias + c : zeros;
        multiply_strip(smaller(kRowsAtOnce, p.rows - row), k, p.x + row * p.x_stride + from, p.x_stride, p.packed + c * k, starts,
                       continues ? p.out_stride : 0, smaller(kStrip, p.columns - c), out, p.out_stride);
      }
  }
}

}  // namespace
}  // namespace autocircuit
