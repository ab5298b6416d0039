#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace autocircuit {

// What a device is.
struct DeviceFacts {
  std::string name;          // "NVIDIA H100 80GB HBM3"
  int major = 0, minor = 0;  // compute capability
  int64_t total_bytes = 0, free_bytes = 0;
};

// Work that was recorded once and can be repeated: it reads and writes the memory it did when it was recorded.
class Recording {
 public:
  virtual ~Recording() = default;
  // Repeats the work on the device's current stream. Does not wait for it.
  virtual void replay() = 0;
};

// What a library of kernels for another device offers. It is the only thing that the addon and such a library share; neither
// links the other. Raise `kDeviceLibraryLayout` whenever this header or an operator's schema changes: a library of another
// layout is refused.
constexpr int kDeviceLibraryLayout = 2;

class DeviceLibrary {
 public:
  virtual ~DeviceLibrary() = default;

  // What it was built with and for; texts such as "2.14.1", "13.0" and "80 90".
  virtual std::string libtorch() const = 0;
  virtual std::string cuda() const = 0;
  virtual std::string architectures() const = 0;

  // Gives LibTorch's dispatcher the operators. (Not when the library is opened, where an exception would end the process.)
  virtual void register_operators() const = 0;

  virtual DeviceFacts facts(int device) const = 0;
  // The most that LibTorch may allocate there, in bytes; 0 = all there is. Beyond it allocations fail as if memory had ended.
  virtual void limit_memory(int device, int64_t bytes) const = 0;

  // Runs `work` on a stream of its own while its launches are recorded instead of executed. What `work` throws is thrown here, and
  // nothing stays recorded. Tensors that it makes live in memory of the recording, which must outlive them. `work` must not wait
  // for the device and must not copy from memory of the host that is not pinned.
  virtual std::unique_ptr<Recording> record(int device, const std::function<void()>& work) const = 0;
};

}  // namespace autocircuit

// The entry points of such a library, which is opened with dlopen.
//   int autocircuit_device_library_layout()                               kDeviceLibraryLayout it was compiled with
//   const autocircuit::DeviceLibrary* autocircuit_device_library()        lives as long as the process
extern "C" {
using AutocircuitDeviceLibraryLayout = int (*)();
using AutocircuitDeviceLibrary = const autocircuit::DeviceLibrary* (*)();
}
