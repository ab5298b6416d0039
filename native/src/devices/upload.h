#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace autocircuit {

// Small arrays of the host on a device, without waiting for it: the copy starts from pinned memory where the device has it.
at::Tensor upload(const std::vector<int32_t>& values, const at::Device& device);
at::Tensor upload(const std::vector<int64_t>& values, const at::Device& device);

// An array for a copy that takes several; the array must outlive it.
struct HostArray {
  const void* data;
  int64_t count;
  at::ScalarType type;
};

// Several arrays in one copy, as each costs a device as much as a small kernel: views of one tensor, at multiples of 16 bytes.
std::vector<at::Tensor> upload_together(const std::vector<HostArray>& arrays, const at::Device& device);

// The type that sums of a type are made in: float64 for float64, else float32.
at::ScalarType weight_type(at::ScalarType type);

// Memory of the host to fill for a copy to `device`.
at::Tensor host_staging(int64_t size, at::ScalarType type, const at::Device& device);

}  // namespace autocircuit
