#include "patching/panel.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "patching/simd.h"

namespace autocircuit {

bool has_panels() { return has_wide_registers(); }

#ifdef AUTOCIRCUIT_WIDE

namespace {

constexpr int64_t kLanes = kWidth<float>, kRegisters = kPanel / kLanes;
constexpr int kTileRows = 6;  // 24 sums, 4 columns' registers and one number of x

typedef int32_t Lanes __attribute__((vector_size(64)));

struct Exchange {
  int32_t upper[16], lower[16];
};

// Which lanes of a pair of registers `step` rows apart change places when a block of 16 by 16 is turned.
constexpr Exchange exchange(int32_t step) {
  Exchange lanes{};
  for (int32_t i = 0; i < 16; i++) {
    lanes.upper[i] = i & step ? 16 + i - step : i;
    lanes.lower[i] = i & step ? 16 + i : i + step;
  }
  return lanes;
}

alignas(64) constexpr std::array<Exchange, 4> kExchanges{exchange(8), exchange(4), exchange(2), exchange(1)};

// to[k][c] = from[c * stride + k] for 16 columns and 16 k; rows of `to` lie a panel apart.
AUTOCIRCUIT_WIDE AUTOCIRCUIT_INLINE void turn_block(const float* from, int64_t stride, float* to) {
  Vector<float> lines[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) load(lines[i], from + i * stride);
#pragma GCC unroll 4
  for (int stage = 0; stage < 4; stage++) {
    const int step = 8 >> stage;
    Lanes upper, lower;
    load(upper, kExchanges[stage].upper);
    load(lower, kExchanges[stage].lower);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      if (i & step) continue;
      const Vector<float> a = lines[i], b = lines[i + step];
      lines[i] = __builtin_shuffle(a, b, upper);
      lines[i + step] = __builtin_shuffle(a, b, lower);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) store(to + i * kPanel, lines[i]);
}

// packed[k][c], zeros beyond the columns there are.
AUTOCIRCUIT_WIDE void pack(int64_t k, const PanelMatrix& matrix, int64_t first, int64_t columns, float* packed) {
  const float* const from = matrix.data + first * matrix.column;
  if (columns < kPanel) std::fill_n(packed, k * kPanel, 0.0f);
  const int64_t turned = matrix.row == 1 ? columns / 16 * 16 : 0, turned_k = k / 16 * 16;
  for (int64_t c = 0; c < turned; c += 16)
    for (int64_t i = 0; i < turned_k; i += 16) turn_block(from + c * matrix.column + i, matrix.column, packed + i * kPanel + c);
  for (int64_t i = 0; i < k; i++) {
    const int64_t done = i < turned_k ? turned : 0;
    const float* const row = from + i * matrix.row;
    if (matrix.column == 1) std::copy(row + done, row + columns, packed + i * kPanel + done);
    else
      for (int64_t c = done; c < columns; c++) packed[i * kPanel + c] = row[c * matrix.column];
  }
}

template <int Rows>
AUTOCIRCUIT_WIDE AUTOCIRCUIT_INLINE void tile(int64_t k, const float* x, int64_t x_stride, const float* packed, const float* bias,
                                              int64_t columns, float* out, int64_t out_stride) {
  Vector<float> sums[Rows][kRegisters];
#pragma GCC unroll 6
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 4
    for (int j = 0; j < kRegisters; j++) load(sums[r][j], bias + j * kLanes);
  for (int64_t i = 0; i < k; i++) {
    Vector<float> line[kRegisters];
#pragma GCC unroll 4
    for (int j = 0; j < kRegisters; j++) load(line[j], packed + i * kPanel + j * kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < Rows; r++) {
      const float number = x[r * x_stride + i];
#pragma GCC unroll 4
      for (int j = 0; j < kRegisters; j++) sums[r][j] += number * line[j];
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < Rows; r++) {
    if (columns == kPanel) std::memcpy(out + r * out_stride, sums[r], sizeof sums[r]);
    else std::memcpy(out + r * out_stride, sums[r], columns * sizeof(float));
  }
}

}  // namespace

AUTOCIRCUIT_WIDE void multiply_panel(int64_t rows, int64_t k, const float* x, int64_t x_stride, const PanelMatrix& matrix, int64_t first,
                                     int64_t columns, const float* bias, float* packed, float* out, int64_t out_stride) {
  pack(k, matrix, first, columns, packed);
  float start[kPanel] = {};
  if (bias) std::copy(bias, bias + columns, start);
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows)
    tile<kTileRows>(k, x + i * x_stride, x_stride, packed, start, columns, out + i * out_stride, out_stride);
  const float* const rest = x + i * x_stride;
  float* const to = out + i * out_stride;
  switch (rows - i) {
    case 5: return tile<5>(k, rest, x_stride, packed, start, columns, to, out_stride);
    case 4: return tile<4>(k, rest, x_stride, packed, start, columns, to, out_stride);
    case 3: return tile<3>(k, rest, x_stride, packed, start, columns, to, out_stride);
    case 2: return tile<2>(k, rest, x_stride, packed, start, columns, to, out_stride);
    case 1: return tile<1>(k, rest, x_stride, packed, start, columns, to, out_stride);
  }
}

#else

void multiply_panel(int64_t, int64_t, const float*, int64_t, const PanelMatrix&, int64_t, int64_t, const float*, float*, float*, int64_t) {
  throw std::logic_error("this machine has no panels");
}

#endif

}  // namespace autocircuit
