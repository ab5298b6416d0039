#include "devices/upload.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

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

at::Tensor upload(const std::vector<int32_t>& values, const at::Device& device) { return uploaded(values, device); }
at::Tensor upload(const std::vector<int64_t>& values, const at::Device& device) { return uploaded(values, device); }

std::vector<at::Tensor> upload_together(const std::vector<HostArray>& arrays, const at::Device& device) {
  constexpr int64_t alignment = 16;
  const auto bytes_of = [](const HostArray& array) { return array.count * static_cast<int64_t>(at::elementSize(array.type)); };
  std::vector<int64_t> starts;
  int64_t size = 0;
  for (const HostArray& array : arrays) {
    starts.push_back(size);
    size += (bytes_of(array) + alignment - 1) / alignment * alignment;
  }
  const at::Tensor host = host_staging(size, at::kByte, device);
  for (size_t i = 0; i < arrays.size(); i++)
    if (arrays[i].count > 0) std::memcpy(host.mutable_data_ptr<uint8_t>() + starts[i], arrays[i].data, bytes_of(arrays[i]));
  const at::Tensor all = device.is_cpu() ? host : host.to(device, /*non_blocking=*/true);
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < arrays.size(); i++) parts.push_back(all.narrow(0, starts[i], bytes_of(arrays[i])).view(arrays[i].type));
  return parts;
}

at::ScalarType weight_type(at::ScalarType type) { return type == at::kDouble ? at::kDouble : at::kFloat; }

}  // namespace autocircuit
