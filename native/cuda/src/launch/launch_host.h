#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <type_traits>
#include <vector>

#include "launch/grid.h"

namespace autocircuit::kernels {

// A block whose threads take turns on the host. Those of every second block run in reverse, so that a kernel that relies on an
// order between two barriers does not go unnoticed.
class HostBlock {
 public:
  HostBlock(int64_t x, int64_t y, int threads) : x_(x), y_(y), threads_(threads) {}

  template <class T>
  class Local {
   public:
    explicit Local(const HostBlock& block) : values_(block.threads()) {}
    T& operator[](int thread) { return values_[thread]; }

   private:
    std::vector<T> values_;
  };

  int64_t x() const { return x_; }
  int64_t y() const { return y_; }
  int threads() const { return threads_; }

  template <class Work>
  void each(const Work& work) {
    for (int turn = 0; turn < threads_; turn++) work((x_ + y_) % 2 == 0 ? turn : threads_ - 1 - turn);
  }

  template <class Work>
  void alone(const Work& work) {
    each(work);
  }

  template <class T>
  void exchange(Local<T>& values, int mask) {
    Local<T> before = values;
    for (int thread = 0; thread < threads_; thread++) values[thread] = before[thread ^ mask];
  }

 private:
  int64_t x_, y_;
  int threads_;
};

// What launches go through: at once, unless a test wants to run them again.
inline std::function<void(std::function<void()>)>& on_launch() {
  static std::function<void(std::function<void()>)> run = [](const std::function<void()>& work) { work(); };
  return run;
}

template <class Kernel>
void run_blocks(const Kernel& kernel, const Grid& grid) {
  using Shared = typename Kernel::Shared;
  static_assert(std::is_trivially_copyable_v<Shared>);
  const auto shared = std::make_unique<Shared>();
  for (int64_t y = 0; y < grid.y; y++)
    for (int64_t x = 0; x < grid.x; x++) {
      std::memset(static_cast<void*>(shared.get()), 0xff, sizeof(Shared));  // not a number: what nobody wrote must not be read
      HostBlock block(x, y, grid.threads);
      kernel.run(block, *shared);
    }
}

template <class Kernel>
void launch(const Kernel& kernel, const Grid& grid) {
  on_launch()([kernel, grid] { run_blocks(kernel, grid); });
}

}  // namespace autocircuit::kernels
