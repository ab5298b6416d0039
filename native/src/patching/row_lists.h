#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "patching/mask_plan.h"

namespace autocircuit {

// The weighted sources of patched rows, as the operator `patched_rows` takes them (operators/schemas.h): rows in tiles, each
// tile's lists merged, so that a delta loaded once serves the whole tile.
struct RowLists {
  int64_t rows = 0, masks = 1, tokens = 1;
  at::Tensor from_ablated;  // [rows] uint8: the row starts from the fully ablated input
  at::Tensor begin;         // [tiles * masks * tokens + 1] int32
  at::Tensor source;        // [entries] int32, global indices
  at::Tensor weight;        // [entries, rows a tile]
};

// Rows a tile: as many as the device's kernel sums in registers together.
int64_t rows_per_tile(const at::Device& device);

// Entries of the given rows of a group that make `lists`, in host memory: weights m or m - 1 by the row's kind.
struct HostLists {
  std::vector<uint8_t> from_ablated;
  std::vector<int32_t> begin{0}, source;
  std::vector<double> weight;  // [entries, tile]

  // Appends the lists of a group; returns the first of them in `begin`.
  int64_t add(const GroupPlan& plan, const std::vector<int64_t>& heads, int64_t tile);
};

// The lists of the given rows (heads) of a group, on a device, for inputs of that type.
RowLists row_lists(const GroupPlan& plan, const std::vector<int64_t>& heads, const at::TensorOptions& options);

}  // namespace autocircuit
