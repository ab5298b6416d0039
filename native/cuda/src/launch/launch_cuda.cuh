#pragma once

#include <cuda_runtime_api.h>

#include "kernels/device.h"
#include "launch/enqueue.h"

namespace autocircuit::kernels {

// A block of the device, as kernels see it.
class CudaBlock {
 public:
  // Every thread has its own.
  template <class T>
  class Local {
   public:
    __device__ __forceinline__ explicit Local(const CudaBlock&) {}
    __device__ __forceinline__ T& operator[](int) { return value_; }

   private:
    T value_;
  };

  __device__ __forceinline__ int64_t x() const { return blockIdx.x; }
  __device__ __forceinline__ int64_t y() const { return blockIdx.y; }
  __device__ __forceinline__ int threads() const { return static_cast<int>(blockDim.x); }

  // A phase: all threads have ended it before any goes on.
  template <class Work>
  __device__ __forceinline__ void each(const Work& work) {
    work(static_cast<int>(threadIdx.x));
    __syncthreads();
  }

  // A phase that writes nothing that another thread reads.
  template <class Work>
  __device__ __forceinline__ void alone(const Work& work) {
    work(static_cast<int>(threadIdx.x));
  }

  // Each thread gets the values of the one whose number differs from its own in the bit `mask` of the lane.
  template <class T, int N>
  __device__ __forceinline__ void exchange(Local<Array<T, N>>& values, int mask) {
#pragma unroll
    for (int j = 0; j < N; j++) values[0][j] = __shfl_xor_sync(0xffffffffu, values[0][j], mask);
  }
};

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kMaxThreads) run_kernel(const __grid_constant__ Kernel kernel) {
  __shared__ typename Kernel::Shared shared;
  CudaBlock block;
  kernel.run(block, shared);
}

template <class Kernel>
int enqueue(const Kernel& kernel, const Grid& grid, void* stream) {
  const dim3 blocks(static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y));
  run_kernel<Kernel><<<blocks, grid.threads, 0, static_cast<cudaStream_t>(stream)>>>(kernel);
  return cudaGetLastError();
}

}  // namespace autocircuit::kernels
