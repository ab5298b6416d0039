#pragma once

#include <cstdint>

namespace autocircuit {

/// Bytes in LibTorch's CPU tensors: all of them, also those inside one operation.
struct TensorMemory {
  std::int64_t bytes;
  std::int64_t peak_bytes;
};

/// Makes LibTorch allocate CPU memory through a counting allocator. Call once, before the first tensor.
void install_counting_allocator();
TensorMemory tensor_memory() noexcept;
void reset_peak_tensor_memory() noexcept;

/// Physical memory of the process, in bytes. The peak is since the start or the last reset
/// (systems other than Linux cannot reset it).
struct ProcessMemory {
  std::int64_t rss_bytes;
  std::int64_t peak_rss_bytes;
};

ProcessMemory process_memory();
void reset_peak_process_memory();

}  // namespace autocircuit
