#pragma once

#include "kernels/set/vectors.h"

namespace autocircuit {
namespace {

// e^x for x <= 0, to two units in the last place: 2^n e^r with |r| <= ln 2 / 2, e^r by its series up to r^7. NaN stays NaN.
AUTOCIRCUIT_INLINE void exp_of(Vector<float>& result, const Vector<float>& x) {
  constexpr float to_bits = 1.44269504088896341f, high = 0.693359375f, low = -2.12194440e-4f;
  const Vector<float> lowest = -87.0f + Vector<float>{};
  const Vector<float> clipped = x > lowest ? x : lowest;
  const Vector<int32_t> n = __builtin_convertvector(clipped * to_bits - 0.5f, Vector<int32_t>);  // towards zero: the nearest, as x <= 0
  const Vector<float> whole = __builtin_convertvector(n, Vector<float>);
  const Vector<float> r = clipped - whole * high - whole * low;
  Vector<float> sum = 1.0f / 5040 + Vector<float>{};
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Vector<int32_t> power = (n + 127) << 23;
  Vector<float> scale;
  std::memcpy(&scale, &power, sizeof scale);
  const Vector<float> value = sum * scale;
  result = x > lowest ? value : x == x ? Vector<float>{} : x;
}

AUTOCIRCUIT_INLINE void exp_of(Vector<double>& result, const Vector<double>& x) {
  for (int64_t i = 0; i < kWidth<double>; i++) result[i] = __builtin_exp(x[i]);
}

}  // namespace
}  // namespace autocircuit
