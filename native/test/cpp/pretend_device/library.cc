#include <ATen/core/Tensor.h>
#include <torch/version.h>

#include "pretend_device/pretend_device.h"
#include "runtime/error.h"

// The pretend device as a library that the addon opens, so that whole programs run as they do on a GPU.
namespace autocircuit::test {
namespace {

class PretendLibrary final : public DeviceLibrary {
 public:
  std::string libtorch() const override { return TORCH_VERSION; }
  std::string cuda() const override { return "none"; }
  std::string architectures() const override { return "none"; }

  void register_operators() const override {
    open_pretend_device();
    static const auto* const kernels = new WithKernels;
    static_cast<void>(kernels);
  }

  DeviceFacts facts(int) const override { return {"memory of the host", 0, 0, 0, 0}; }
  void limit_memory(int, int64_t) const override { throw Error(ErrorCode::device, "the pretend device has no memory of its own to limit"); }
  std::unique_ptr<Recording> record(int, const std::function<void()>& work) const override { return record_on_pretend_device(work); }
};

}  // namespace
}  // namespace autocircuit::test

extern "C" {

__attribute__((visibility("default"))) int autocircuit_device_library_layout() { return autocircuit::kDeviceLibraryLayout; }

__attribute__((visibility("default"))) const autocircuit::DeviceLibrary* autocircuit_device_library() {
  static const autocircuit::test::PretendLibrary library;
  return &library;
}

}  // extern "C"
