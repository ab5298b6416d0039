#pragma once

#include <cstdint>

namespace autocircuit {

// Bytes in LibTorch's tensors on all devices but the CPU, now and at most since the last reset. 0 where none is open.
struct DeviceMemory {
  int64_t bytes = 0, peak_bytes = 0;
};

DeviceMemory device_memory();
void reset_peak_device_memory();

// Waits until everything that was launched on them has run.
void wait_for_devices();

}  // namespace autocircuit
