#pragma once

#include "kernels/elements.h"

namespace autocircuit::kernels {

// partial[slice][bucket][r][s] = sum over every slices-th row i of the bucket of <grad[r][i], delta[s][i]>: a product of matrices
// whose inner dimension is gathered. A block makes 16 x 64 of the results, a thread 4 x 4, from pieces of 32 columns that lie
// transposed in shared memory.
//
// GPT-2 small, last block (36 x 157 results, N = 960, D = 768, float32), on an H100: 8.3 GFLOP = 0.13 ms of FMA, and as 36 rows
// fill 48, 0.18 ms; 463 MB of deltas + 106 MB of gradients = 0.17 ms. Arithmetic bounds it by a little: a step of a warp is 16
// FMA for two 16-byte reads of shared memory, which are three wavefronts. Deltas are read by the three blocks that share them
// at about the same time.
template <class T>
struct MaskGradient {
  using C = Compute<T>;
  static constexpr int kOwn = 4;  // rows and sources of a thread
  static constexpr int kRowThreads = 4, kSourceThreads = 16;
  static constexpr int kRows = kOwn * kRowThreads, kSources = kOwn * kSourceThreads, kColumns = 32;
  static constexpr int kMaxThreads = kRowThreads * kSourceThreads;
  static constexpr int kLines = 16;  // rows that are loaded together: with the padding below no two lanes meet in a bank
  static constexpr int kPadding = 4;
  struct Shared {
    alignas(kLargestAccess) C grad[kColumns][kRows + kPadding];
    alignas(kLargestAccess) C delta[kColumns][kSources + kPadding];
  };

  const T* grad;         // [rows, N, D]
  const T* delta;        // [sources, N, D]
  const int64_t* order;  // [N], rows of the batch by bucket
  const int64_t* begin;  // [buckets + 1], each bucket's in `order`
  int64_t rows, sources, n, d, buckets, slices;
  bool aligned;
  C* partial;

  template <class Block>
  AUTOCIRCUIT_DEVICE void run(Block& block, Shared& shared) const {
    const int64_t row_blocks = (rows + kRows - 1) / kRows, source_blocks = (sources + kSources - 1) / kSources;
    const int64_t first_row = block.x() % row_blocks * kRows, first_source = block.x() / row_blocks % source_blocks * kSources;
    const int64_t bucket = block.x() / (row_blocks * source_blocks), slice = block.y();
    Local<Block, Array<Array<C, kOwn>, kOwn>> sums(block);
    block.alone([&](int thread) { sums[thread] = {}; });
    const int64_t end = begin[bucket + 1];
    for (int64_t k = begin[bucket] + slice; k < end; k += slices) {
      const int64_t i = order[k];
      for (int64_t column = 0; column < d; column += kColumns) {
        block.each([&](int thread) {
          load<kRows>(shared.grad, grad, first_row, rows, i, column, thread);
          load<kSources>(shared.delta, delta, first_source, sources, i, column, thread);
        });
        block.each([&](int thread) {
          const int row = thread / kSourceThreads * kOwn, source = thread % kSourceThreads * kOwn;
          AUTOCIRCUIT_UNROLL
          for (int c = 0; c < kColumns; c++) {
            const Array<C, kOwn> a = load_aligned<C, kOwn>(&shared.grad[c][row]), b = load_aligned<C, kOwn>(&shared.delta[c][source]);
            AUTOCIRCUIT_UNROLL
            for (int r = 0; r < kOwn; r++) {
              AUTOCIRCUIT_UNROLL
              for (int s = 0; s < kOwn; s++) sums[thread][r][s] += a[r] * b[s];
            }
          }
        });
      }
    }
    block.alone([&](int thread) {
      const int64_t row = first_row + thread / kSourceThreads * kOwn, source = first_source + thread % kSourceThreads * kOwn;
      AUTOCIRCUIT_UNROLL
      for (int r = 0; r < kOwn; r++) {
        AUTOCIRCUIT_UNROLL
        for (int s = 0; s < kOwn; s++)
          if (row + r < rows && source + s < sources)
            partial[((slice * buckets + bucket) * rows + row + r) * sources + source + s] = sums[thread][r][s];
      }
    });
  }

 private:
  // Columns of kCount lines of `from`, 0 where it has none.
  template <int kCount>
  AUTOCIRCUIT_DEVICE void load(C (*to)[kCount + kPadding], const T* from, int64_t first, int64_t lines, int64_t i, int64_t column,
                               int thread) const {
    constexpr int shares = kMaxThreads / kLines;  // of a line at once
    AUTOCIRCUIT_UNROLL
    for (int l = 0; l < kCount; l += kLines) {
      AUTOCIRCUIT_UNROLL
      for (int c = 0; c < kColumns; c += shares * kShare) {
        const int line = l + thread % kLines, own = c + thread / kLines * kShare;
        const int count = first + line < lines ? static_cast<int>(d - column) - own : 0;
        const Share<T> values = load_share(from + ((first + line) * n + i) * d + column + own, count, aligned);
        AUTOCIRCUIT_UNROLL
        for (int j = 0; j < kShare; j++) to[own + j][line] = values[j];
      }
    }
  }
};

}  // namespace autocircuit::kernels
