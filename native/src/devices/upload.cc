#include "devices/upload.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace autocircuit {
namespace {

template <class T>
at::Tensor uploaded(const std::vector<T>& values, const at::Device& device) {
  at::Tensor host = host_staging(static_cast<int64_t>(values.size()), c10::CppTypeToScalarType<T>::value, device);
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<T>());
  return device.is_cpu() ? host : host.to(device, /*non_blocking=*/true);
}

}  // namespace

at::Tensor host_staging(int64_t size, at::ScalarType type, const at::Device& device) {
  return at::empty({size}, at::TensorOptions().dtype(type).pinned_memory(device.is_cuda()));
}

at::Tensor upload(const std::vector<uint8_t>& values, const at::Device& device) { return uploaded(values, device); }
at::Tensor upload(const std::vector<int32_t>& values, const at::Device& device) { return uploaded(values, device); }
at::Tensor upload(const std::vector<int64_t>& values, const at::Device& device) { return uploaded(values, device); }

at::ScalarType weight_type(at::ScalarType type) { return type == at::kDouble ? at::kDouble : at::kFloat; }

at::Tensor upload_weights(const std::vector<double>& values, const at::TensorOptions& options) {
  if (weight_type(options.dtype().toScalarType()) == at::kDouble) return uploaded(values, options.device());
  return uploaded(std::vector<float>(values.begin(), values.end()), options.device());
}

}  // namespace autocircuit
