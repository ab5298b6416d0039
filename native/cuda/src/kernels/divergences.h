#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/elements.h"
#include "kernels/reduce.h"

namespace autocircuit::kernels {

// KL(reference || softmax(logits)) of each row, from the differences to the reference's logits; one block a row. Each thread
// goes over its columns once and counts its differences from the largest that it has seen, in float32 (double for double); threads are
// added up in double. Where rows agree every difference is 0, so that both sums of weights are the same and the result is exactly 0.
//
// Bound by memory: reads the logits, the reference's logits and its probabilities once, 3 * 201 kB a row of GPT-2's vocabulary in
// float32, of which the latter two come from the second-level cache where many rows have one reference. 960 rows: 0.06 to 0.17 ms
// on an H100, beside 74 GFLOP of the product that makes the logits.
template <class T>
struct Divergences {
  using C = Compute<T>;
  static constexpr int kMaxThreads = 512;
  static constexpr int kOwn = 4;         // columns that a thread looks at together
  static constexpr double kWidest = 40;  // beyond it probabilities too small to be represented would count
  struct Shared {
    ReductionMemory<C, 1> largest;
    ReductionMemory<C, 2> both;
    ReductionMemory<double, 4> sums;
    double result;
    int wide;
  };

  const T* logits;         // [rows, V]
  const T* expected;       // [known, V]
  const T* probabilities;  // [known, V]
  T* out;                  // [rows]
  int64_t first;           // row of the first of `logits` among all that are compared
  int64_t known, columns;

  template <class Block>
  AUTOCIRCUIT_DEVICE void run(Block& block, Shared& shared) const {
    const int64_t other = (first + block.x()) % known * columns;
    const T *a = logits + block.x() * columns, *b = expected + other, *p = probabilities + other;
    Local<Block, Seen> seen(block);
    Local<Block, Array<C, 1>> largest(block);
    Local<Block, Array<double, 4>> sums(block);
    block.alone([&](int thread) {
      seen[thread] = see(a, b, p, thread, block.threads());
      largest[thread][0] = seen[thread].largest;
    });
    reduce_block<Block, C, 1>(block, largest, shared.largest, Maximum());
    block.alone([&](int thread) {
      const Seen& own = seen[thread];
      sums[thread] = {};
      if (thread >= columns) return;
      const double below = static_cast<double>(own.largest) - static_cast<double>(largest[thread][0]);
      sums[thread][0] = own.weights;
      sums[thread][1] = own.exponentials * std::exp(below);
      sums[thread][2] = own.differences + own.weights * below;
    });
    reduce_block<Block, double, 4>(block, sums, shared.sums, Sum());
    block.each([&](int thread) {
      if (thread != 0) return;
      const double mean = sums[0][2] / sums[0][0];
      shared.wide = !(-mean <= kWidest);
      shared.result = std::log(sums[0][1] / sums[0][0]) - mean;
    });
    if (shared.wide) from_log_probabilities(block, shared, a, b);
    block.alone([&](int thread) {
      if (thread == 0) out[block.x()] = static_cast<T>(static_cast<C>(shared.result));
    });
  }

 private:
  struct Seen {
    C largest, weights, exponentials, differences;
  };

  AUTOCIRCUIT_DEVICE Seen see(const T* a, const T* b, const T* p, int thread, int threads) const {
    constexpr C none = -INFINITY;
    Seen seen = {none, 0, 0, 0};
    const int64_t step = static_cast<int64_t>(threads) * kOwn;
    for (int64_t at = thread; at < columns; at += step) {
      Array<C, kOwn> difference, weight;
      C largest = seen.largest;
      AUTOCIRCUIT_UNROLL
      for (int j = 0; j < kOwn; j++) {
        const int64_t v = at + static_cast<int64_t>(j) * threads;
        const bool exists = v < columns;
        difference[j] = exists ? static_cast<C>(a[v]) - static_cast<C>(b[v]) : none;
        weight[j] = exists ? static_cast<C>(p[v]) : C(0);
        largest = Maximum()(largest, difference[j]);
      }
      if (largest > seen.largest) {
        const C below = seen.largest - largest;
        if (seen.largest > none) seen.exponentials *= std::exp(below), seen.differences += seen.weights * below;
        seen.largest = largest;
      }
      AUTOCIRCUIT_UNROLL
      for (int j = 0; j < kOwn; j++) {
        if (at + static_cast<int64_t>(j) * threads >= columns) continue;
        const C below = difference[j] - seen.largest;
        seen.weights += weight[j];
        seen.exponentials += weight[j] * std::exp(below);
        seen.differences += weight[j] * below;
      }
    }
    return seen;
  }

  // sum_v P_v (log P_v - log Q_v), P and Q made from the two rows of logits.
  template <class Block>
  AUTOCIRCUIT_DEVICE void from_log_probabilities(Block& block, Shared& shared, const T* a, const T* b) const {
    Local<Block, Array<C, 2>> largest(block);
    Local<Block, Array<double, 4>> sums(block);
    block.alone([&](int thread) {
      constexpr C none = -INFINITY;
      largest[thread][0] = none, largest[thread][1] = none;
      for (int64_t v = thread; v < columns; v += block.threads()) {
        largest[thread][0] = Maximum()(largest[thread][0], static_cast<C>(a[v]));
        largest[thread][1] = Maximum()(largest[thread][1], static_cast<C>(b[v]));
      }
    });
    reduce_block<Block, C, 2>(block, largest, shared.both, Maximum());
    block.alone([&](int thread) {
      sums[thread] = {};
      for (int64_t v = thread; v < columns; v += block.threads()) {
        const C of_a = static_cast<C>(a[v]) - largest[thread][0], of_b = static_cast<C>(b[v]) - largest[thread][1];
        const double weight = std::exp(of_b);
        sums[thread][0] += std::exp(of_a);
        sums[thread][1] += weight;
        sums[thread][2] += weight * (static_cast<double>(of_b) - static_cast<double>(of_a));
      }
    });
    reduce_block<Block, double, 4>(block, sums, shared.sums, Sum());
    block.each([&](int thread) {
      if (thread == 0) shared.result = sums[0][2] / sums[0][1] - std::log(sums[0][1]) + std::log(sums[0][0]);
    });
  }
};

}  // namespace autocircuit::kernels
