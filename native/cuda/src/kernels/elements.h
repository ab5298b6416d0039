#pragma once

#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/device.h"

namespace autocircuit::kernels {

// What sums are made in.
template <class T>
using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;

// A thread's share of a row: elements that lie side by side, one 16-byte access in float32.
constexpr int kShare = 4;
template <class T>
using Share = Array<Compute<T>, kShare>;

constexpr int kLargestAccess = 16;

template <class T, int N>
AUTOCIRCUIT_DEVICE Array<T, N> load_aligned(const T* from) {
  constexpr int bytes = N * sizeof(T);
  Array<T, N> result;
  memcpy(&result, __builtin_assume_aligned(static_cast<const void*>(from), bytes < kLargestAccess ? bytes : kLargestAccess), bytes);
  return result;
}

// The elements from[0, count), as many as a share holds; 0 beyond `count`. With `aligned` a share is full or empty.
template <class T>
AUTOCIRCUIT_DEVICE Share<T> load_share(const T* from, int64_t count, bool aligned) {
  Share<T> result;
  if (aligned && count > 0) {
    const Array<T, kShare> loaded = load_aligned<T, kShare>(from);
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++) result[j] = static_cast<Compute<T>>(loaded[j]);
    return result;
  }
  AUTOCIRCUIT_UNROLL
  for (int j = 0; j < kShare; j++) result[j] = j < count ? static_cast<Compute<T>>(from[j]) : Compute<T>(0);
  return result;
}

template <class T>
AUTOCIRCUIT_DEVICE void store_share(T* to, const Share<T>& values, int64_t count, bool aligned) {
  if (aligned && count > 0) {
    constexpr int bytes = kShare * sizeof(T);
    Array<T, kShare> stored;
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++) stored[j] = static_cast<T>(values[j]);
    memcpy(__builtin_assume_aligned(static_cast<void*>(to), bytes < kLargestAccess ? bytes : kLargestAccess), &stored, bytes);
    return;
  }
  AUTOCIRCUIT_UNROLL
  for (int j = 0; j < kShare; j++)
    if (j < count) to[j] = static_cast<T>(values[j]);
}

}  // namespace autocircuit::kernels
