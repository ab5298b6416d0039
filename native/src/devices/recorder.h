#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "devices/device_library.h"

namespace autocircuit {

// Records work on a device; see DeviceLibrary::record.
using Recorder = std::function<std::unique_ptr<Recording>(int device, const std::function<void()>& work)>;

// Sets what records on devices of a type; none by default.
void set_recorder(c10::DeviceType type, Recorder recorder);
// Null where the device cannot.
const Recorder* recorder(c10::DeviceType type);

// What came of it, since the process started.
struct RecordingCounts {
  int64_t recorded = 0, replayed = 0, failed = 0;
  std::string failure;  // the last one's reason
};
RecordingCounts& recording_counts();

}  // namespace autocircuit
