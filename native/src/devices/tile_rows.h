#pragma once

#include <cstdint>

namespace autocircuit {

// Rows of a tile of patched destinations, which a kernel sums in registers together, so that a delta loaded once serves them all: how wide
// lists of rows are made, and what the kernels of the CPU and of every other device take. It may be included everywhere, by nvcc too.
constexpr int64_t kCpuTileRows = 4, kDeviceTileRows = 8;

}  // namespace autocircuit
