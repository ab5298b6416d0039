#pragma once

#include <cstdint>

namespace autocircuit {

// Bytes in LibTorch's CPU tensors: all of them, also those inside one operation.
struct TensorMemory {
  int64_t bytes;
  int64_t peak_bytes;
};

// Makes LibTorch allocate CPU memory through a counting allocator. Call once, before the first tensor.
void install_counting_allocator();
// From now on fills the memory of every new tensor with bytes that are NaN in all floating point types, so that who reads what nobody
// wrote sees it. For tests; AUTOCIRCUIT_POISON=1 in the environment asks for it too. Off by default.
void poison_new_memory(bool poison) noexcept;
constexpr int kPoisonByte = 0xff;

// Gives memory that the next run would have used again back to the system. For when none is to come at once.
void release_idle_memory() noexcept;

TensorMemory tensor_memory() noexcept;
void reset_peak_tensor_memory() noexcept;

// Physical memory of the process, in bytes. The peak is since the start or the last reset
// (systems other than Linux cannot reset it).
struct ProcessMemory {
  int64_t rss_bytes;
  int64_t peak_memory_bytes;
};

ProcessMemory process_memory();
void reset_peak_process_memory();

}  // namespace autocircuit
