#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace autocircuit {

// Small arrays of the host on a device, without waiting for it: the copy starts from pinned memory where the device has it.
at::Tensor upload(const std::vector<uint8_t>& values, const at::Device& device);
at::Tensor upload(const std::vector<int32_t>& values, const at::Device& device);
at::Tensor upload(const std::vector<int64_t>& values, const at::Device& device);

// Weights in the type that sums of `options`' type are made in: float64 for float64, else float32.
at::Tensor upload_weights(const std::vector<double>& values, const at::TensorOptions& options);
at::ScalarType weight_type(at::ScalarType type);

// Memory of the host to fill for a copy to `device`.
at::Tensor host_staging(int64_t size, at::ScalarType type, const at::Device& device);

}  // namespace autocircuit
