#include "kernels/reduce.h"

#include <vector>

#include "check.h"
#include "launch/launch_host.h"

using namespace autocircuit::kernels;

namespace {

constexpr int kThreads = 6 * kWarp;

// Every thread gives its number times j + 1; out [thread][j] is what it gets.
template <int N, class Combine>
struct Reduce {
  struct Shared {
    ReductionMemory<double, N> memory;
  };
  int group_warps;
  double* out;

  template <class Block>
  void run(Block& block, Shared& shared) const {
    Local<Block, Array<double, N>> values(block);
    for (int repeat = 0; repeat < 2; repeat++) {  // the memory serves again at once
      block.alone([&](int thread) {
        for (int j = 0; j < N; j++) values[thread][j] = (thread + repeat) * (j + 1);
      });
      reduce_groups<Block, double, N>(block, group_warps, values, shared.memory, Combine());
    }
    block.alone([&](int thread) {
      for (int j = 0; j < N; j++) out[thread * N + j] = values[thread][j];
    });
  }
};

template <int N>
void check_groups() {
  for (const int group_warps : {1, 2, 3, 6}) {
    const int group = group_warps * kWarp;
    std::vector<double> sums(kThreads * N), most(kThreads * N);
    launch(Reduce<N, Sum>{group_warps, sums.data()}, {1, 1, kThreads});
    launch(Reduce<N, Maximum>{group_warps, most.data()}, {2, 1, kThreads});
    for (int thread = 0; thread < kThreads; thread++)
      for (int j = 0; j < N; j++) {
        const int first = thread / group * group;
        CHECK_EQUAL(sums[thread * N + j], (j + 1) * (group * (first + 1) + group * (group - 1) / 2.0));
        CHECK_EQUAL(most[thread * N + j], (j + 1) * static_cast<double>(first + group));
      }
  }
}

}  // namespace

TEST("kernels: values are combined over groups of warps, each number by itself") {
  check_groups<1>();
  check_groups<2>();
  check_groups<4>();
  check_groups<8>();
  check_groups<32>();
}
