#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace autocircuit {

// Indices (positions, heads, buckets) as a tensor on a device. Off the CPU they are uploaded once and kept, so that a pass that
// was made before uploads nothing: what is recorded must not.
at::Tensor index_on(const at::Device& device, const std::vector<int64_t>& values, at::ScalarType type = at::kLong);

// While one lives, index_on throws Error native for indices that it has not seen.
class KnownIndicesOnly {
 public:
  KnownIndicesOnly();
  ~KnownIndicesOnly();
  KnownIndicesOnly(const KnownIndicesOnly&) = delete;
  KnownIndicesOnly& operator=(const KnownIndicesOnly&) = delete;
};

}  // namespace autocircuit
