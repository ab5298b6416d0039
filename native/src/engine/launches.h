#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace autocircuit {

// A pass over few rows of the batch takes a device less time than its launches: then one operator over all heads, of which some are
// not needed, is faster than one for each that is.
inline bool is_bound_by_launches(const c10::Device& device, int64_t rows) {
  constexpr int64_t most = 4096;
  return !device.is_cpu() && rows <= most;
}

}  // namespace autocircuit
