#include "gpu.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "operators/open_device.h"
#include "runtime/error.h"

namespace autocircuit::test {
namespace {

std::optional<at::Device>& opened() {
  static std::optional<at::Device> device;
  return device;
}

bool with_kernels = false;

}  // namespace

const std::optional<at::Device>& gpu() { return opened(); }
bool gpu_has_kernels() { return with_kernels; }

void open_gpu(const std::string& libtorch_cuda, const std::string& library) {
  const OpenedDevices devices = open_cuda(libtorch_cuda, library.empty() ? std::nullopt : std::optional(library));
  if (devices.count == 0) throw Error(ErrorCode::device, "LibTorch sees no GPU");
  with_kernels = devices.kernels;
  opened() = find_device("cuda:0");
}

at::Tensor on_gpu(const at::Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  int64_t reach = tensor.storage_offset() + 1;
  for (int64_t i = 0; i < tensor.dim(); i++) reach += std::max<int64_t>(0, tensor.size(i) - 1) * tensor.stride(i);
  const at::Tensor memory = at::empty({tensor.numel() == 0 ? 0 : reach}, tensor.options().device(*gpu()));
  if (tensor.numel() == 0) return memory.view(tensor.sizes());
  return memory.as_strided(tensor.sizes(), tensor.strides(), tensor.storage_offset()).copy_(tensor);
}

}  // namespace autocircuit::test
