#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "masks/mask_plan.h"
#include "operators/row_lists.h"

namespace autocircuit {

// Rows a tile, as many as the device's kernel takes (devices/tile_rows.h).
int64_t rows_per_tile(const at::Device& device);

// Rows (heads) of a group.
struct GroupRows {
  const GroupPlan* plan;
  std::vector<int64_t> heads;
};

// Entries of the given rows of a group that make `lists`, in host memory: weights m or m - 1 by the row's kind.
struct HostLists {
  std::vector<uint8_t> from_ablated;
  std::vector<int32_t> begin{0}, source;
  std::vector<double> weight;  // [entries, tile]

  // Appends the lists of some groups' rows, which read the same sources; returns the first of them in `begin`.
  int64_t add(const std::vector<GroupRows>& groups, int64_t tile);
};

// The lists of the given rows, which read the same sources, on a device, for inputs of that type: the groups' one after the other.
RowLists row_lists(const std::vector<GroupRows>& groups, const at::TensorOptions& options);

}  // namespace autocircuit
