#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <optional>

namespace autocircuit {

// Where a transformer computes and in which numbers.
struct Placement {
  c10::Device device = c10::Device(c10::DeviceType::CPU);
  std::optional<c10::ScalarType> dtype;  // default: float64 where a weight is, else float32
  bool tf32 = false;                     // products of float32 may round their factors to 10 bits, where the device can
};

}  // namespace autocircuit
