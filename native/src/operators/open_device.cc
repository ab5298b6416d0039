#include "operators/open_device.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <map>

#include "devices/recorder.h"
#include "operators/register.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

void* open(const std::string& file, int flags) {
  void* const handle = dlopen(file.c_str(), flags);
  if (!handle) {
    const char* why = dlerror();
    throw Error(ErrorCode::device, file + " cannot be opened: " + (why ? why : "the system does not say why"));
  }
  return handle;
}

template <class Function>
Function entry(void* handle, const std::string& file, const char* name) {
  void* const found = dlsym(handle, name);
  if (!found) throw Error(ErrorCode::device, file + " is no library of kernels: it has no " + name);
  return reinterpret_cast<Function>(found);
}

std::string release(const std::string& version) { return version.substr(0, version.find('.', version.find('.') + 1)); }

// Kept open until the process ends: operators and tensors may refer to it.
const DeviceLibrary& open_library(const std::string& file) {
  void* const handle = open(file, RTLD_NOW | RTLD_LOCAL);
  const int layout = entry<AutocircuitDeviceLibraryLayout>(handle, file, "autocircuit_device_library_layout")();
  if (layout != kDeviceLibraryLayout)
    throw Error(ErrorCode::device, file + " was built for another version of the addon (layout " + std::to_string(layout) + ", here " +
                                       std::to_string(kDeviceLibraryLayout) + ")");
  const DeviceLibrary& library = *entry<AutocircuitDeviceLibrary>(handle, file, "autocircuit_device_library")();
  if (release(library.libtorch()) != release(TORCH_VERSION))
    throw Error(ErrorCode::device, file + " was built for LibTorch " + library.libtorch() + ", the addon for " TORCH_VERSION);
  library.register_operators();
  return library;
}

int device_count(c10::DeviceType type) { return c10::impl::VirtualGuardImpl(type).deviceCount(); }

// LibTorch looks once for what its CUDA library registers, when it first asks for an accelerator (the first gradient does), and
// never again.
void require_accelerator() {
  if (device_count(c10::DeviceType::CUDA) == 0 || at::accelerator::getAccelerator() == c10::DeviceType::CUDA) return;
  throw Error(ErrorCode::device,
              "LibTorch had settled that there is no GPU before its CUDA library was opened, when the first gradient was taken. "
              "Open the device before: give it to the first model, or set AUTOCIRCUIT_DEVICE");
}

// The one library of kernels of each kind of device.
const DeviceLibrary*& kernels_of(c10::DeviceType type) {
  static std::map<c10::DeviceType, const DeviceLibrary*> all;
  return all[type];
}

void use_library(c10::DeviceType type, const std::string& file) {
  const DeviceLibrary*& kernels = kernels_of(type);
  if (kernels) return;
  kernels = &open_library(file);
  set_recorder(type, [library = kernels](int device, const std::function<void()>& work) { return library->record(device, work); });
}

OpenedDevices opened(c10::DeviceType type) {
  OpenedDevices devices;
  devices.count = device_count(type);
  const DeviceLibrary* const kernels = kernels_of(type);
  devices.kernels = kernels != nullptr;
  if (!kernels) return devices;
  devices.cuda = kernels->cuda();
  for (int i = 0; i < devices.count; i++) devices.devices.push_back(kernels->facts(i));
  return devices;
}

}  // namespace

OpenedDevices open_cuda(const std::string& libtorch_cuda, const std::optional<std::string>& library) {
  register_operators();
  open(libtorch_cuda, RTLD_NOW | RTLD_GLOBAL);
  require_accelerator();
  if (library) use_library(c10::DeviceType::CUDA, *library);
  return opened(c10::DeviceType::CUDA);
}

OpenedDevices open_device_of(const std::string& library) {
  register_operators();
  use_library(c10::DeviceType::PrivateUse1, library);
  return opened(c10::DeviceType::PrivateUse1);
}

c10::Device find_device(const std::string& name) {
  const c10::Device device = [&] {
    try {
      return c10::Device(name);
    } catch (const std::exception&) {
      throw Error(ErrorCode::bad_input, "'" + name + "' names no device; there are cpu, cuda, cuda:1 and so on");
    }
  }();
  if (device.is_cpu()) return c10::Device(c10::DeviceType::CPU);
  if (!c10::impl::hasDeviceGuardImpl(device.type()))
    throw Error(ErrorCode::device, name + " is not open: LibTorch's library for such devices was not loaded");
  const int count = device_count(device.type()), index = device.has_index() ? device.index() : 0;
  if (index >= count) throw Error(ErrorCode::device, name + " is not there: this machine has " + std::to_string(count) + " such devices");
  return c10::Device(device.type(), static_cast<c10::DeviceIndex>(index));
}

void limit_device_memory(const c10::Device& device, int64_t bytes) {
  if (device.is_cpu()) throw Error(ErrorCode::bad_input, "only the memory of a GPU can be limited");
  const DeviceLibrary* const kernels = kernels_of(device.type());
  if (!kernels) throw Error(ErrorCode::device, "limiting memory on " + device.str() + " needs the library of kernels");
  kernels->limit_memory(device.index(), bytes);
}

}  // namespace autocircuit
