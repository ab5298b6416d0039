#pragma once

#include <cstdint>
#include <cstring>

// Registers of the instruction set that this file is compiled for. AUTOCIRCUIT_REGISTER_BYTES and AUTOCIRCUIT_REGISTERS say how wide
// they are and how many; tiles are chosen by them, so that sums stay in registers.

#define AUTOCIRCUIT_INLINE inline __attribute__((always_inline))

namespace autocircuit {
namespace {

constexpr int kRegisterBytes = AUTOCIRCUIT_REGISTER_BYTES, kRegisters = AUTOCIRCUIT_REGISTERS;

#if defined(__FMA__) || defined(__aarch64__)
constexpr bool kFuses = true;
#else
constexpr bool kFuses = false;  // a product takes a register of its own before it is added
#endif

template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
  typedef float type __attribute__((vector_size(AUTOCIRCUIT_REGISTER_BYTES)));
};
template <>
struct VectorOf<double> {
  typedef double type __attribute__((vector_size(AUTOCIRCUIT_REGISTER_BYTES)));
};
template <>
struct VectorOf<int32_t> {
  typedef int32_t type __attribute__((vector_size(AUTOCIRCUIT_REGISTER_BYTES)));
};
template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
constexpr int64_t kWidth = kRegisterBytes / sizeof(T);

// Memory need not be aligned to the vector. By reference: passing wide vectors by value is an ABI of its own.
template <class T, class V>
AUTOCIRCUIT_INLINE void load(V& into, const T* from) {
  std::memcpy(&into, from, sizeof into);
}
template <class T, class V>
AUTOCIRCUIT_INLINE void store(T* to, const V& from) {
  std::memcpy(to, &from, sizeof from);
}
// Some of the lanes; those beyond are 0.
template <class T, class V>
AUTOCIRCUIT_INLINE void load_some(V& into, const T* from, int64_t count) {
  into = V{};
  std::memcpy(&into, from, count * sizeof(T));
}
template <class T, class V>
AUTOCIRCUIT_INLINE void store_some(T* to, const V& from, int64_t count) {
  std::memcpy(to, &from, count * sizeof(T));
}

template <class T>
AUTOCIRCUIT_INLINE T lanes_total(const Vector<T>& x) {
  T total = 0;
  for (int64_t i = 0; i < kWidth<T>; i++) total += x[i];
  return total;
}

AUTOCIRCUIT_INLINE float square_root(float x) { return __builtin_sqrtf(x); }
AUTOCIRCUIT_INLINE double square_root(double x) { return __builtin_sqrt(x); }

template <class T>
AUTOCIRCUIT_INLINE T smaller(T a, T b) {
  return a < b ? a : b;
}

}  // namespace
}  // namespace autocircuit
