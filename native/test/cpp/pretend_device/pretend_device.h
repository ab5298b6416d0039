#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "devices/device_library.h"

namespace torch {
class Library;
}

// A device of its own as far as LibTorch can tell, whose memory is the host's: everything that holds for a GPU about where tensors
// must lie holds for it. Operators run on the CPU; tensors of two devices in one operator are an error, as are copies and
// waits while work is recorded.
namespace autocircuit::test {

// Makes LibTorch know the device. Once a process.
void open_pretend_device();

inline at::Device pretend_device() { return at::Device(at::kPrivateUse1, 0); }

// How often memory was copied from the device to the host, which waits for it.
int64_t times_waited();

// Records what `work` launches, so that it can be repeated on the same memory.
std::unique_ptr<Recording> record_on_pretend_device(const std::function<void()>& work);

// While one lives, the device has the CUDA library's kernels, run on the host; without, LibTorch's operators alone.
class WithKernels {
 public:
  WithKernels();
  ~WithKernels();

 private:
  std::unique_ptr<torch::Library> library_;
};

}  // namespace autocircuit::test
