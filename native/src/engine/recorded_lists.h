#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <vector>

#include "engine/config.h"
#include "masks/list_rows.h"

namespace autocircuit {

// The lists of all groups that read at a point or later, in memory of the device that stays where it is: a recorded pass reads
// whatever mask was filled in last.
class RecordedLists {
 public:
  RecordedLists(const TransformerConfig& config, const PatchGraph& graph, int64_t masks, int64_t point, const at::TensorOptions& options);

  // Copies the lists of a plan of the graph (PlanKind::listed) to the device, without waiting for it.
  void fill(const MaskPlan& plan);

  RowLists of(const PatchGroup& group) const;
  int64_t point() const { return point_; }

 private:
  struct Place {
    size_t group;                    // its number in the graph
    int64_t rows, first_row, lists;  // where its rows and the beginnings of its lists stand
  };

  const int64_t point_, masks_, tokens_, tile_;
  std::vector<Place> places_;
  std::map<int64_t, size_t> place_of_;  // by the group's offset in the edge vector
  at::Tensor from_ablated_, begin_, source_, weight_;
};

}  // namespace autocircuit
