#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/elements.h"

namespace autocircuit::kernels {

// As the operators number them.
enum : int64_t { kNoNorm = 0, kLayerNorm = 1, kRmsNorm = 2 };

template <class T>
struct Norm {
  int64_t kind;
  Compute<T> eps;
  const T* scale;  // [D] or null
  const T* shift;  // [D] or null
};

// 1 / standard deviation or 1 / root mean square, from a sum of D squares.
template <class C>
AUTOCIRCUIT_DEVICE C inverse_root(C squares, int d, C eps) {
  return C(1) / std::sqrt(squares / static_cast<C>(d) + eps);
}

template <class C>
AUTOCIRCUIT_DEVICE C share_sum(const Array<C, kShare>& x) {
  return (x[0] + x[1]) + (x[2] + x[3]);
}

// Of the elements that the share has: those beyond would count as -center.
template <class C>
AUTOCIRCUIT_DEVICE C share_squares(const Array<C, kShare>& x, C center, int count) {
  C result = 0;
  AUTOCIRCUIT_UNROLL
  for (int j = 0; j < kShare; j++)
    if (j < count) result += (x[j] - center) * (x[j] - center);
  return result;
}

}  // namespace autocircuit::kernels
