#pragma once

#include "kernels/kernels.h"
#include "kernels/set/vectors.h"

// Products of rows with deltas, a register for each pair: as many as there are, less those that hold the factors. Deltas outnumber
// rows in a tile of many registers because rows come from the second-level cache for every tile, and deltas stay in the first.

namespace autocircuit {
namespace {

constexpr int kProductRows = 4, kProductDeltas = kRegisters == 32 ? 6 : kFuses ? 3 : 2;

// sums[r][s] += the lanes of row r times delta s. Where `next` is given, so many deltas from there on are asked for into the second-level
// cache meanwhile: each lies pages away from the one before, where the processor does not guess it.
template <class T, int Rows>
AUTOCIRCUIT_INLINE void add_tile(int64_t d, int64_t width, const T* rows, const T* const* deltas, T* sums, int64_t sums_of_row,
                                 const T* const* next) {
  constexpr int64_t lanes = kWidth<T>;
  Vector<T> sum[Rows][kProductDeltas] = {};
  const auto multiply = [&](int64_t i, const Vector<T>* delta) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int r = 0; r < Rows; r++) {
      Vector<T> row;
      load(row, rows + r * width + i);
#pragma GCC unroll 6
      for (int s = 0; s < kProductDeltas; s++) sum[r][s] += row * delta[s];
    }
  };
  int64_t i = 0;
  constexpr int64_t line = 64 / sizeof(T);
  for (; i + lanes <= d; i += lanes) {
    if (next && i % line == 0)
#pragma GCC unroll 6
      for (int s = 0; s < kProductDeltas; s++) __builtin_prefetch(next[s] + i, 0, 2);
    Vector<T> delta[kProductDeltas];
#pragma GCC unroll 6
    for (int s = 0; s < kProductDeltas; s++) load(delta[s], deltas[s] + i);
    multiply(i, delta);
  }
  if (i < d) {
    Vector<T> delta[kProductDeltas];
    for (int s = 0; s < kProductDeltas; s++) load_some(delta[s], deltas[s] + i, d - i);
    multiply(i, delta);
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 6
    for (int s = 0; s < kProductDeltas; s++) {
      T* const place = sums + r * sums_of_row + s * lanes;
      Vector<T> total;
      load(total, place);
      total += sum[r][s];
      store(place, total);
    }
}

template <class T>
void add_products(int64_t rows, int64_t count, int64_t d, int64_t width, const T* packed, const T* first, int64_t stride, T* sums) {
  constexpr int64_t lanes = kWidth<T>;
  const int64_t sums_of_row = (count + kProductDeltas - 1) / kProductDeltas * kProductDeltas * lanes;
  const auto delta_at = [&](int64_t s) { return first + smaller(s, count - 1) * stride; };
  for (int64_t s0 = 0; s0 < count; s0 += kProductDeltas) {
    const T *deltas[kProductDeltas], *following[kProductDeltas];
    for (int64_t s = 0; s < kProductDeltas; s++) {
      deltas[s] = delta_at(s0 + s);
      following[s] = delta_at(s0 + kProductDeltas + s);
    }
    for (int64_t r = 0; r < rows; r += kProductRows) {
      T* const of_tile = sums + s0 * lanes + r * sums_of_row;
      const T* const* const next = r == 0 ? following : nullptr;
      if (rows - r == 1) add_tile<T, 1>(d, width, packed + r * width, deltas, of_tile, sums_of_row, next);
      else add_tile<T, kProductRows>(d, width, packed + r * width, deltas, of_tile, sums_of_row, next);
    }
  }
}

}  // namespace
}  // namespace autocircuit
