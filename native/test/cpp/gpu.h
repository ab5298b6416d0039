#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

namespace autocircuit::test {

// The GPU that the tests of kernels and of the engine run on: none, unless main was given the libraries to open.
const std::optional<at::Device>& gpu();

// Opens it: LibTorch's CUDA library, and the library of kernels unless that is empty. Throws Error where they do not fit or there is no
// GPU.
void open_gpu(const std::string& libtorch_cuda, const std::string& library);
bool gpu_has_kernels();

// The same numbers on the GPU, at the same distance from the beginning of their memory and with the same strides.
at::Tensor on_gpu(const at::Tensor& tensor);

}  // namespace autocircuit::test
