#pragma once

#include <cstdint>
#include <cstring>

// One source, several instruction sets: the function is compiled for each and the machine's best is picked when the
// library loads. Only where the compiler and the platform's loader can do it.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define AUTOCIRCUIT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
// A function for machines with 32 registers of 64 bytes alone; called only where has_wide_registers().
#define AUTOCIRCUIT_WIDE __attribute__((target("arch=x86-64-v4")))
#else
#define AUTOCIRCUIT_CLONES
#endif

#define AUTOCIRCUIT_INLINE inline __attribute__((always_inline))

namespace autocircuit {

// `Bytes` bytes of numbers: 64, the widest register of today's machines, unless told; compilers split it where registers are narrower.
template <class T, int Bytes = 64>
struct VectorOf;
template <>
struct VectorOf<float, 64> {
  typedef float type __attribute__((vector_size(64)));
};
template <>
struct VectorOf<double, 64> {
  typedef double type __attribute__((vector_size(64)));
};
template <>
struct VectorOf<float, 32> {
  typedef float type __attribute__((vector_size(32)));
};
template <>
struct VectorOf<double, 32> {
  typedef double type __attribute__((vector_size(32)));
};
template <class T, int Bytes = 64>
using Vector = typename VectorOf<T, Bytes>::type;
template <class T, int Bytes = 64>
constexpr int64_t kWidth = Bytes / sizeof(T);

// Whether 64 bytes are one register and there are 32 of them: kernels that fill the registers choose their tiles by it.
inline bool has_wide_registers() {
#ifdef AUTOCIRCUIT_WIDE
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

// Memory need not be aligned to the vector. By reference: passing wide vectors by value is an ABI of its own.
template <class T, class V>
AUTOCIRCUIT_INLINE void load(V& into, const T* from) {
  std::memcpy(&into, from, sizeof into);
}
template <class T, class V>
AUTOCIRCUIT_INLINE void store(T* to, const V& from) {
  std::memcpy(to, &from, sizeof from);
}

}  // namespace autocircuit
