#pragma once

#include "kernels/kernels.h"
#include "kernels/set/exponential.h"
#include "kernels/set/vectors.h"

namespace autocircuit {
namespace {

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
