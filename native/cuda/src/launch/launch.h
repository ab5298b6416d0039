#pragma once

// launch(kernel, grid), and the guard that an operator holds while it runs. AUTOCIRCUIT_KERNELS_ON_HOST, given to the compiler,
// makes the same operators work on memory of the host.

#ifdef AUTOCIRCUIT_KERNELS_ON_HOST

#include <ATen/core/Tensor.h>

#include "launch/launch_host.h"

namespace autocircuit::kernels {

class OnDeviceOf {
 public:
  explicit OnDeviceOf(const at::Tensor&) {}
};

}  // namespace autocircuit::kernels

#else

#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "launch/check.h"
#include "launch/enqueue.h"

namespace autocircuit::kernels {

class OnDeviceOf {
 public:
  explicit OnDeviceOf(const at::Tensor& tensor) : guard_(tensor.device()) {}

 private:
  c10::cuda::CUDAGuard guard_;
};

template <class Kernel>
void launch(const Kernel& kernel, const Grid& grid) {
  if (grid.x == 0 || grid.y == 0) return;
  check(grid.x <= INT32_MAX && grid.y <= UINT16_MAX, "too many blocks for one launch: ", grid.x, " x ", grid.y);
  C10_CUDA_CHECK(static_cast<cudaError_t>(enqueue(kernel, grid, c10::cuda::getCurrentCUDAStream().stream())));
}

}  // namespace autocircuit::kernels

#endif
