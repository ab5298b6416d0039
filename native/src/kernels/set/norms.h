#pragma once

#include "kernels/kernels.h"
#include "kernels/set/vectors.h"

// Norms of rows and their gradients, and outputs that become deltas.

namespace autocircuit {
namespace {

// Two registers' worth of sums at a time, so that additions do not wait for each other.
template <class T>
constexpr int64_t kStep = 2 * kWidth<T>;

// The sum over i < d of term(i, lane of a vector, registers): `of(sum, i)` adds what starts at i to a register, `rest(i)` is one number.
template <class T, class Of, class Rest>
AUTOCIRCUIT_INLINE T summed(int64_t d, const Of& of, const Rest& rest) {
  Vector<T> even{}, odd{};
  int64_t i = 0;
  for (; i + kStep<T> <= d; i += kStep<T>) {
    of(even, i);
    of(odd, i + kWidth<T>);
  }
  if (i + kWidth<T> <= d) {
    of(even, i);
    i += kWidth<T>;
  }
  even += odd;
  T sum = lanes_total<T>(even);
  for (; i < d; i++) sum += rest(i);
  return sum;
}

template <class T>
AUTOCIRCUIT_INLINE T total_of(int64_t d, const T* x) {
  return summed<T>(
      d,
      [&](Vector<T>& sum, int64_t i) __attribute__((always_inline)) {
        Vector<T> a;
        load(a, x + i);
        sum += a;
      },
      [&](int64_t i) __attribute__((always_inline)) { return x[i]; });
}

// <x - mean, y - y_mean>
template <class T>
AUTOCIRCUIT_INLINE T product_of(int64_t d, const T* x, T mean, const T* y, T y_mean) {
  return summed<T>(
      d,
      [&](Vector<T>& sum, int64_t i) __attribute__((always_inline)) {
        Vector<T> a, b;
        load(a, x + i);
        load(b, y + i);
        sum += (a - mean) * (b - y_mean);
      },
      [&](int64_t i) __attribute__((always_inline)) { return (x[i] - mean) * (y[i] - y_mean); });
}

// Mean and 1 / standard deviation (layer norm), or 0 and 1 / root mean square.
template <class T>
AUTOCIRCUIT_INLINE void statistics(int64_t d, const T* x, const NormArgs<T>& norm, T& mean, T& rstd) {
  mean = norm.centres ? total_of(d, x) / d : T(0);
  rstd = T(1) / square_root(product_of(d, x, mean, x, mean) / d + norm.eps);
}

template <class T>
void normalize(int64_t d, T* x, const NormArgs<T>& norm) {
  if (!norm.normalises) return;
  T mean, rstd;
  statistics(d, x, norm, mean, rstd);
  for (int64_t i = 0; i < d; i++) x[i] = (x[i] - mean) * rstd;
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) x[i] *= norm.scale[i];
  if (norm.shift)
    for (int64_t i = 0; i < d; i++) x[i] += norm.shift[i];
}

template <class T>
void norm_backward(int64_t d, T* g, const T* x, const NormArgs<T>& norm) {
  T mean, rstd;
  statistics(d, x, norm, mean, rstd);
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) g[i] *= norm.scale[i];
  const T g_mean = norm.centres ? total_of(d, g) / d : T(0);
  const T slope = product_of(d, g, T(0), x, mean) * rstd * rstd / d;
  for (int64_t i = 0; i < d; i++) g[i] = (g[i] - g_mean - (x[i] - mean) * slope) * rstd;
}

template <class T>
void absorb(int64_t d, T* out, const T* ablated, T* resid) {
  if (resid)
    for (int64_t i = 0; i < d; i++) resid[i] += out[i];
  if (ablated)
    for (int64_t i = 0; i < d; i++) out[i] = ablated[i] - out[i];
}

template <class T>
void measure_norm(int64_t d, SharedNorm<T>& shared) {
  shared.mean = 0;
  shared.rstd = 1;
  if (shared.norm.normalises) statistics(d, shared.x, shared.norm, shared.mean, shared.rstd);
}

template <class T>
void plain_backward(int64_t d, const T* grad, const T* following, const SharedNorm<T>& shared, T* into, T* stream) {
  constexpr int64_t line = 64 / sizeof(T);
  const T mean = shared.mean, rstd = shared.rstd;
  const T* const x = shared.x;
  const T* const scale = shared.norm.scale;
  Vector<T> sums{}, products{};
  int64_t i = 0;
  for (; i + kWidth<T> <= d; i += kWidth<T>) {
    if (i % line == 0) __builtin_prefetch(following + i);
    Vector<T> g, at;
    load(g, grad + i);
    load(at, x + i);
    if (scale) {
      Vector<T> by;
      load(by, scale + i);
      g *= by;
    }
    store(into + i, g);
    sums += g;
    products += g * (at - mean);
  }
  T sum = lanes_total<T>(sums), product = lanes_total<T>(products);
  for (; i < d; i++) {
    const T g = scale ? grad[i] * scale[i] : grad[i];
    into[i] = g;
    sum += g;
    product += g * (x[i] - mean);
  }
  const T g_mean = shared.norm.normalises && shared.norm.centres ? sum / d : T(0);
  const T slope = shared.norm.normalises && !shared.holds_rstd ? product * rstd * rstd / d : T(0);
  for (i = 0; i < d; i++) {
    const T value = (into[i] - g_mean - (x[i] - mean) * slope) * rstd;
    into[i] = value;
    stream[i] += value;
  }
}

}  // namespace
}  // namespace autocircuit
