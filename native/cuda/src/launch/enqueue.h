#pragma once

#include "launch/grid.h"

namespace autocircuit::kernels {

// Puts a kernel onto a stream (a cudaStream_t) and gives the cudaError_t of that. Made by nvcc, one .cu file a kernel, for the
// types that the operators ask for; this header keeps LibTorch away from nvcc and CUDA's language away from the operators.
template <class Kernel>
int enqueue(const Kernel& kernel, const Grid& grid, void* stream);

}  // namespace autocircuit::kernels
