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

constexpr int kLargestAccess = 16;  // bytes

#ifdef __CUDACC__

// The device's own words, each of which is one access; of other types nvcc makes several.
template <int kBytes>
using Word = std::conditional_t<kBytes % sizeof(uint4) == 0, uint4, uint2>;

template <int kBytes>
AUTOCIRCUIT_DEVICE void read_aligned(void* to, const void* from) {
  using W = Word<kBytes>;
  static_assert(kBytes % sizeof(W) == 0);
  AUTOCIRCUIT_UNROLL
  for (int i = 0; i < kBytes / static_cast<int>(sizeof(W)); i++) static_cast<W*>(to)[i] = static_cast<const W*>(from)[i];
}

// Stores to global memory. An assignment would be taken apart where another branch stores the same elements one by one.
AUTOCIRCUIT_DEVICE void store_word(uint4* to, uint4 word) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(to)), "r"(word.x), "r"(word.y), "r"(word.z),
               "r"(word.w)
               : "memory");
}

AUTOCIRCUIT_DEVICE void store_word(uint2* to, uint2 word) {
  asm volatile("st.global.v2.u32 [%0], {%1, %2};" ::"l"(__cvta_generic_to_global(to)), "r"(word.x), "r"(word.y) : "memory");
}

template <int kBytes>
AUTOCIRCUIT_DEVICE void write_aligned(void* to, const void* from) {
  using W = Word<kBytes>;
  static_assert(kBytes % sizeof(W) == 0);
  AUTOCIRCUIT_UNROLL
  for (int i = 0; i < kBytes / static_cast<int>(sizeof(W)); i++) store_word(static_cast<W*>(to) + i, static_cast<const W*>(from)[i]);
}

#else

template <int kBytes>
void read_aligned(void* to, const void* from) {
  std::memcpy(to, from, kBytes);
}

template <int kBytes>
void write_aligned(void* to, const void* from) {
  std::memcpy(to, from, kBytes);
}

#endif

// Where words are put together and taken apart.
template <class T, int N>
struct alignas(kLargestAccess) AlignedArray : Array<T, N> {};

template <class T, int N>
AUTOCIRCUIT_DEVICE Array<T, N> load_aligned(const T* from) {
  AlignedArray<T, N> result;
  read_aligned<N * sizeof(T)>(result.value, from);
  return result;
}

// The elements from[0, count), as many as a share holds; 0 beyond `count`. With `aligned` a share is full or empty.
template <class T>
AUTOCIRCUIT_DEVICE Share<T> load_share(const T* from, int count, bool aligned) {
  Share<T> result = {};
  if (aligned) {
    if (count <= 0) return result;
    const Array<T, kShare> loaded = load_aligned<T, kShare>(from);
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++) result[j] = static_cast<Compute<T>>(loaded[j]);
  } else {
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++)
      if (j < count) result[j] = static_cast<Compute<T>>(from[j]);
  }
  return result;
}

template <class T>
AUTOCIRCUIT_DEVICE void store_share(T* to, const Share<T>& values, int count, bool aligned) {
  if (aligned) {
    if (count <= 0) return;
    AlignedArray<T, kShare> stored;
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++) stored[j] = static_cast<T>(values[j]);
    write_aligned<kShare * sizeof(T)>(to, stored.value);
  } else {
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < kShare; j++)
      if (j < count) to[j] = static_cast<T>(values[j]);
  }
}

}  // namespace autocircuit::kernels
