#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace autocircuit {

// The weighted sources of patched rows, as the operator `patched_rows` takes them (table.h): rows in tiles, each
// tile's lists merged, so that a delta loaded once serves the whole tile.
struct RowLists {
  int64_t rows = 0, masks = 1, tokens = 1;
  at::Tensor from_ablated;  // [rows] uint8: the row starts from the fully ablated input
  at::Tensor begin;         // [tiles * masks * tokens + 1] int32
  at::Tensor source;        // [entries] int32, global indices
  at::Tensor weight;        // [entries, rows a tile]
};

}  // namespace autocircuit
