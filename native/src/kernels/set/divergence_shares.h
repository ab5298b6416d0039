#pragma once

#include "kernels/kernels.h"
#include "kernels/set/vectors.h"

namespace autocircuit {
namespace {

// e^x for x <= 0, to two units in the last place: 2^n e^r with |r| <= ln 2 / 2, e^r by its series up to r^7.
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
  result = x > lowest ? value : Vector<float>{};
}

AUTOCIRCUIT_INLINE void exp_of(Vector<double>& result, const Vector<double>& x) {
  for (int64_t i = 0; i < kWidth<double>; i++) result[i] = __builtin_exp(x[i]);
}

template <class T>
AUTOCIRCUIT_INLINE T largest_difference(int64_t size, const T* logits, const T* expected) {
  T result = -__builtin_inf();
  Vector<T> most = result + Vector<T>{};
  int64_t i = 0;
  for (; i + kWidth<T> <= size; i += kWidth<T>) {
    Vector<T> a, b;
    load(a, logits + i);
    load(b, expected + i);
    const Vector<T> difference = a - b;
    most = difference > most ? difference : most;
  }
  for (int64_t lane = 0; lane < kWidth<T>; lane++) result = most[lane] > result ? most[lane] : result;
  for (; i < size; i++) result = logits[i] - expected[i] > result ? logits[i] - expected[i] : result;
  return result;
}

template <class T>
void measure_divergence(DivergenceShare& share, int64_t size, const T* logits, const T* expected, const T* probabilities) {
  const T largest = largest_difference(size, logits, expected);
  Vector<T> weights{}, exponentials{}, differences{};
  const auto add = [&](const Vector<T>& a, const Vector<T>& b, const Vector<T>& p) __attribute__((always_inline)) {
    const Vector<T> difference = a - b - largest;
    Vector<T> exponential;
    exp_of(exponential, difference);
    weights += p;
    exponentials += p * exponential;
    differences += p * difference;
  };
  int64_t i = 0;
  for (; i + kWidth<T> <= size; i += kWidth<T>) {
    Vector<T> a, b, p;
    load(a, logits + i);
    load(b, expected + i);
    load(p, probabilities + i);
    add(a, b, p);
  }
  if (i < size) {  // the rest, with probability 0 in the lanes beyond the end
    Vector<T> a = largest + Vector<T>{}, b, p;
    std::memcpy(&a, logits + i, (size - i) * sizeof(T));
    load_some(b, expected + i, size - i);
    load_some(p, probabilities + i, size - i);
    add(a, b, p);
  }
  share.largest = largest;
  share.weights = lanes_total<T>(weights);
  share.exponentials = lanes_total<T>(exponentials);
  share.differences = lanes_total<T>(differences);
}

}  // namespace
}  // namespace autocircuit
