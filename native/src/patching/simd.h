#pragma once

#include <cstdint>
#include <cstring>

// One source, several instruction sets: the function is compiled for each and the machine's best is picked when the
// library loads. Only where the compiler and the platform's loader can do it.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define AUTOCIRCUIT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AUTOCIRCUIT_CLONES
#endif

#define AUTOCIRCUIT_INLINE inline __attribute__((always_inline))

namespace autocircuit {

// 64 bytes of numbers, the widest register of today's machines; compilers split it where registers are narrower.
template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
  typedef float type __attribute__((vector_size(64)));
};
template <>
struct VectorOf<double> {
  typedef double type __attribute__((vector_size(64)));
};
template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
constexpr int64_t kWidth = 64 / sizeof(T);

// Memory need not be aligned to the vector. By reference: passing wide vectors by value is an ABI of its own.
template <class T>
AUTOCIRCUIT_INLINE void load(Vector<T>& into, const T* from) {
  std::memcpy(&into, from, sizeof into);
}
template <class T>
AUTOCIRCUIT_INLINE void store(T* to, const Vector<T>& from) {
  std::memcpy(to, &from, sizeof from);
}

}  // namespace autocircuit
