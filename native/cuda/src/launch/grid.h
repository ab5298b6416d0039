#pragma once

#include <cstdint>

namespace autocircuit::kernels {

// x * y blocks of whole warps. Nothing runs where one of them is 0.
struct Grid {
  int64_t x = 1, y = 1;
  int threads = 0;
};

constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace autocircuit::kernels
