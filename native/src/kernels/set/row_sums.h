#pragma once

#include "kernels/kernels.h"
#include "kernels/set/vectors.h"

// Inputs of patched rows: a base and the weighted sum of some sources' deltas.

namespace autocircuit {
namespace {

// Registers side by side: kCpuTileRows times as many sums, the deltas they take, a weight, and a product where it cannot be fused.
constexpr int kBlockRegisters = kRegisters == 32 ? 4 : kFuses ? 3 : 2;

template <class T>
constexpr int64_t kBlock = kBlockRegisters * kWidth<T>;

template <class T, int Registers>
AUTOCIRCUIT_INLINE void sum_registers(const T* packed, const TileList<T>& list, Vector<T> (&sum)[kCpuTileRows][Registers]) {
  for (int64_t k = 0; k < list.count; k++) {
    const T* const delta = packed + list.slot[k] * kBlock<T>;
    Vector<T> value[Registers];
#pragma GCC unroll 4
    for (int u = 0; u < Registers; u++) load(value[u], delta + u * kWidth<T>);
#pragma GCC unroll 4
    for (int r = 0; r < kCpuTileRows; r++) {
      const T weight = list.weight[k * kCpuTileRows + r];
#pragma GCC unroll 4
      for (int u = 0; u < Registers; u++) sum[r][u] += weight * value[u];
    }
  }
}

template <class T, int Registers>
AUTOCIRCUIT_INLINE void build_registers(const T* packed, const TileList<T>& list, int64_t from, const T* const* begun,
                                        const T* const* bases, T* const* rows) {
  Vector<T> sum[kCpuTileRows][Registers] = {};
  if (begun)
    for (int r = 0; r < kCpuTileRows; r++)
      for (int u = 0; u < Registers; u++) load(sum[r][u], begun[r] + from + u * kWidth<T>);
  sum_registers<T, Registers>(packed + from, list, sum);
#pragma GCC unroll 4
  for (int r = 0; r < kCpuTileRows; r++)
#pragma GCC unroll 4
    for (int u = 0; u < Registers; u++) {
      Vector<T> base;
      load(base, bases[r] + from + u * kWidth<T>);
      const Vector<T> total = base + sum[r][u];
      store(rows[r] + from + u * kWidth<T>, total);
    }
}

template <class T>
void build_tile(int64_t size, const T* packed, const TileList<T>& list, const T* const* begun, const T* const* bases, T* const* rows) {
  if (size == kBlock<T>) return build_registers<T, kBlockRegisters>(packed, list, 0, begun, bases, rows);
  int64_t i = 0;
  for (; i + kWidth<T> <= size; i += kWidth<T>) build_registers<T, 1>(packed, list, i, begun, bases, rows);
  if (i == size) return;
  Vector<T> sum[kCpuTileRows][1] = {};
  if (begun)
    for (int r = 0; r < kCpuTileRows; r++) load_some(sum[r][0], begun[r] + i, size - i);
  sum_registers<T, 1>(packed + i, list, sum);
  for (int r = 0; r < kCpuTileRows; r++) {
    Vector<T> base;
    load_some(base, bases[r] + i, size - i);
    const Vector<T> total = base + sum[r][0];
    store_some(rows[r] + i, total, size - i);
  }
}

}  // namespace
}  // namespace autocircuit
