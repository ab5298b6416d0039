#pragma once

// Kernels are written once and compiled twice: by nvcc for the device, and by the host's compiler for tests on plain memory.
#ifdef __CUDACC__
#define AUTOCIRCUIT_DEVICE __device__ __forceinline__
#define AUTOCIRCUIT_UNROLL _Pragma("unroll")
#define AUTOCIRCUIT_NO_UNROLL _Pragma("unroll 1")
#else
#define AUTOCIRCUIT_DEVICE inline
#define AUTOCIRCUIT_UNROLL
#define AUTOCIRCUIT_NO_UNROLL
#endif

namespace autocircuit::kernels {

constexpr int kWarp = 32;

// What a thread keeps from one phase of a kernel to the next: registers on the device.
template <class Block, class T>
using Local = typename Block::template Local<T>;

// Asks for the memory around an address to be brought into the second-level cache.
AUTOCIRCUIT_DEVICE void prefetch([[maybe_unused]] const void* address) {
#ifdef __CUDACC__
  asm volatile("prefetch.global.L2 [%0];" ::"l"(address));
#endif
}

// An array that can be handed around; indexed by constants once loops are unrolled, so that it stays in registers.
template <class T, int N>
struct Array {
  T value[N];
  AUTOCIRCUIT_DEVICE T& operator[](int i) { return value[i]; }
  AUTOCIRCUIT_DEVICE const T& operator[](int i) const { return value[i]; }
};

}  // namespace autocircuit::kernels
