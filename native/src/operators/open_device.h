#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/device_library.h"

namespace autocircuit {

struct OpenedDevices {
  int count = 0;
  bool kernels = false;              // a library of kernels is open
  std::string cuda;                  // that the library was built with
  std::vector<DeviceFacts> devices;  // empty without the library
};

// Opens LibTorch's own CUDA library, which nothing here links, and our library of kernels for it where one is given. May be
// called again, to add that. Throws Error device when one of them cannot be opened or does not fit.
OpenedDevices open_cuda(const std::string& libtorch_cuda, const std::optional<std::string>& library);

// Opens a device that a library brings with it, in the place that LibTorch keeps for such devices.
OpenedDevices open_device_of(const std::string& library);

// "cpu", "cuda" or "cuda:1". Throws Error device for one that is not open or not there.
c10::Device find_device(const std::string& name);

// The most that LibTorch may allocate on a device, in bytes; 0 = all there is. Needs the library of kernels.
void limit_device_memory(const c10::Device& device, int64_t bytes);

}  // namespace autocircuit
