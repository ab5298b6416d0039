#pragma once

#include "kernels/elements.h"
#include "kernels/norm.h"
#include "kernels/reduce.h"

namespace autocircuit::kernels {

// Norm of rows that were too wide for one block of PatchedRows; raw [rows, D] -> out [rows, D], which may be the same memory.
// One block a row. Bound by memory: it reads and writes each element once, the second and third reading hit the cache.
template <class T>
struct PatchedRowsNorm {
  using C = Compute<T>;
  static constexpr int kMaxThreads = 256;
  struct Shared {
    ReductionMemory<C, 1> memory;
  };

  const C* raw;
  T* out;
  int d;
  Norm<T> norm;
  bool aligned;

  template <class Block>
  AUTOCIRCUIT_DEVICE void run(Block& block, Shared& shared) const {
    const C* from = raw + block.x() * d;
    T* to = out + block.x() * d;
    const int step = block.threads() * kShare;
    Local<Block, Array<C, 1>> mean(block), squares(block);
    block.alone([&](int thread) { mean[thread][0] = 0, squares[thread][0] = 0; });
    if (norm.kind == kLayerNorm) {
      block.alone([&](int thread) {
        for (int at = thread * kShare; at < d; at += step) mean[thread][0] += share_sum(load_share(from + at, d - at, aligned));
      });
      reduce_block<Block, C, 1>(block, mean, shared.memory, Sum());
      block.alone([&](int thread) { mean[thread][0] /= static_cast<C>(d); });
    }
    block.alone([&](int thread) {
      for (int at = thread * kShare; at < d; at += step)
        squares[thread][0] += share_squares(load_share(from + at, d - at, aligned), mean[thread][0], d - at);
    });
    reduce_block<Block, C, 1>(block, squares, shared.memory, Sum());
    block.alone([&](int thread) {
      const C factor = inverse_root(squares[thread][0], d, norm.eps);
      for (int at = thread * kShare; at < d; at += step) {
        Share<T> x = load_share(from + at, d - at, aligned), scale, shift;
        AUTOCIRCUIT_UNROLL
        for (int j = 0; j < kShare; j++) scale[j] = 1, shift[j] = 0;
        if (norm.scale) scale = load_share(norm.scale + at, d - at, aligned);
        if (norm.shift) shift = load_share(norm.shift + at, d - at, aligned);
        AUTOCIRCUIT_UNROLL
        for (int j = 0; j < kShare; j++) x[j] = (x[j] - mean[thread][0]) * factor * scale[j] + shift[j];
        store_share(to + at, x, d - at, aligned);
      }
    });
  }
};

}  // namespace autocircuit::kernels
