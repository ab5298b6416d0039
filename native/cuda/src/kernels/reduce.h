#pragma once

#include "kernels/device.h"

namespace autocircuit::kernels {

struct Sum {
  template <class T>
  AUTOCIRCUIT_DEVICE T operator()(T a, T b) const {
    return a + b;
  }
};

struct Maximum {
  template <class T>
  AUTOCIRCUIT_DEVICE T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

constexpr int kMaxWarps = 32;  // of a block

template <class T, int N>
struct ReductionMemory {
  T of_warp[kMaxWarps][N], of_group[kMaxWarps][N];
};

// Combines `kCount` values a lane over its warp. Every exchange halves the values that a lane carries until one is left, so that
// N values cost N - 1 exchanges and some, not 5 N. In the end values[0] of a lane is the warp's result number lane / (32 / N).
template <int kCount, int kMask, class Block, class T, int N, class Combine>
AUTOCIRCUIT_DEVICE void reduce_warps(Block& block, Local<Block, Array<T, N>>& values, Combine combine) {
  if constexpr (kMask > 0) {
    constexpr int kept = kCount > 1 ? kCount / 2 : 1;
    Local<Block, Array<T, kept>> others(block);
    block.alone([&](int thread) {
      const bool upper = (thread & kMask) != 0;
      AUTOCIRCUIT_UNROLL
      for (int j = 0; j < kept; j++) {
        const T low = values[thread][j], high = values[thread][kCount > 1 ? j + kept : j];
        others[thread][j] = upper ? low : high;
        values[thread][j] = upper ? high : low;
      }
    });
    block.exchange(others, kMask);
    block.alone([&](int thread) {
      AUTOCIRCUIT_UNROLL
      for (int j = 0; j < kept; j++) values[thread][j] = combine(values[thread][j], others[thread][j]);
    });
    reduce_warps<kept, kMask / 2, Block, T, N>(block, values, combine);
  }
}

// Combines N values (a power of two) a thread over each group of `group_warps` warps; all its threads get the results. The order
// is fixed, so that equal values give equal results.
template <class Block, class T, int N, class Combine>
AUTOCIRCUIT_DEVICE void reduce_groups(Block& block, int group_warps, Local<Block, Array<T, N>>& values, ReductionMemory<T, N>& memory,
                                      Combine combine) {
  reduce_warps<N, kWarp / 2, Block, T, N>(block, values, combine);
  block.each([&](int thread) {
    constexpr int lanes = kWarp / N;
    const int lane = thread % kWarp;
    if (lane % lanes == 0) memory.of_warp[thread / kWarp][lane / lanes] = values[thread][0];
  });
  block.each([&](int thread) {
    const int group = thread / (group_warps * kWarp), number = thread % (group_warps * kWarp);
    if (number >= N) return;
    T result = memory.of_warp[group * group_warps][number];
    for (int warp = 1; warp < group_warps; warp++) result = combine(result, memory.of_warp[group * group_warps + warp][number]);
    memory.of_group[group][number] = result;
  });
  block.alone([&](int thread) {
    AUTOCIRCUIT_UNROLL
    for (int j = 0; j < N; j++) values[thread][j] = memory.of_group[thread / (group_warps * kWarp)][j];
  });
}

template <class Block, class T, int N, class Combine>
AUTOCIRCUIT_DEVICE void reduce_block(Block& block, Local<Block, Array<T, N>>& values, ReductionMemory<T, N>& memory, Combine combine) {
  reduce_groups<Block, T, N>(block, block.threads() / kWarp, values, memory, combine);
}

}  // namespace autocircuit::kernels
