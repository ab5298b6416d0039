#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "engine/autoencoders.h"
#include "engine/config.h"
#include "masks/graph.h"
#include "masks/mask_plan.h"

namespace autocircuit {

// A graph whose rows name latents, taken apart: the ordinary sources, which the engine patches as ever (the place of an MLP, or of a
// block's first head, holds the error of what replaces it, or zeros; so does one behind each block where the stream has autoencoders), and
// of each autoencoder its latents, columns side by side.
class LatentGraph {
 public:
  // Throws Error bad_input where the table is not of this network with these autoencoders.
  LatentGraph(const TransformerConfig& config, const Autoencoders& autoencoders, const PatchGraph& table);

  std::shared_ptr<const PatchGraph> ordinary() const { return ordinary_; }
  const PatchGraph& table() const { return table_; }
  // The group of the table that reads where this one of the ordinary graph does.
  const PatchGroup& of(const PatchGroup& ordinary) const { return table_.groups[&ordinary - ordinary_->groups.data()]; }
  // The block whose groups see as much of the stream as a group does: its own, or the next one, or their number at the end.
  static int64_t reading_block(const PatchGroup& group) {
    return group.block + (group.kind == GroupKind::end || group.kind == GroupKind::post ? 1 : 0);
  }
  // Column of an autoencoder's first latent, and whether a group reads what it writes.
  int64_t column(int64_t number) const { return column_[number]; }
  bool reads(const PatchGroup& of_table, int64_t number) const {
    const int64_t place = column_[number] - of_table.first_source;
    return place >= 0 && place < of_table.sources;
  }

  // [M, E of the table] -> [M, E of ordinary sources]
  at::Tensor ordinary_mask(const at::Tensor& mask) const;
  // Adds the gradient of the ordinary mask to that of the whole [M, E].
  void add_ordinary_(at::Tensor& whole, const at::Tensor& ordinary) const;
  // Rows whose ordinary sources say less than all of them do. The row of an
  // MLP or of the stream is never `ablated`: what its latents give then is not shared.
  void reclassify(MaskPlan& plan, const at::Tensor& mask, PlanKind kind) const;

 private:
  void add_group(const PatchGroup& of_table, int64_t first, int64_t end);

  const PatchGraph& table_;  // outlives this
  std::shared_ptr<PatchGraph> ordinary_;
  std::vector<int64_t> column_;
  // Column of the table for each ordinary source, -1 where it has none: an error that is dropped, heads but the first in whose place an
  // error stands, a block behind which no autoencoder reads. And how many columns are written before each.
  std::vector<int64_t> column_of_{0}, written_{0};
  std::vector<int64_t> cells_;            // of the table, for each of the ordinary graph
  std::vector<int64_t> own_, own_cells_;  // those of the ordinary graph that the table has
};

}  // namespace autocircuit
