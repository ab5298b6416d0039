#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "masks/graph.h"

namespace autocircuit {

// How a destination's input is made. Over all masks and tokens of the row:
enum class RowKind : uint8_t {
  plain,         // no edge patched: the input everybody shares
  ablated,       // every edge patched: the input of a run in which all sources are ablated
  near_plain,    // residual stream + sum of m * delta
  near_ablated,  // ablated residual stream - sum of (1 - m) * delta over the edges that are kept
};

// What a plan's rows are for.
enum class PlanKind : uint8_t {
  cheapest,    // each row the cheapest way
  gradients,   // rows as a function of the mask: no row hides behind a shared input except the plain ones
  listed,      // every row as a list, so that any mask makes the same launches
  from_plain,  // every patched row from the plain stream, where there is no ablated one
};

// How many edges of a row, over all masks and tokens, are not 0 and not 1.
struct EdgeCounts {
  int64_t not_zero = 0, not_one = 0;
};

RowKind classify(const EdgeCounts& counts, PlanKind kind);

// One group under a mask.
struct GroupPlan {
  const PatchGroup* group = nullptr;
  at::Tensor values;          // [M, T, heads, sources] double on the CPU; T = 1 when not by token
  std::vector<RowKind> rows;  // per head
  bool patched = false;       // some edge is

  bool all(RowKind kind) const;
  bool is_patched(int64_t head) const { return rows[head] == RowKind::near_plain || rows[head] == RowKind::near_ablated; }
  bool any_patched() const;
  // Marks the sources whose own output the row needs.
  void mark_sources(int64_t head, std::vector<uint8_t>& needed) const;
};

// How many masks a tensor [edges] or [masks, edges] is of. Throws Error bad_input for one that is not of the graph's edges.
int64_t masks_of(const PatchGraph& graph, const at::Tensor& mask);

// A mask, read once: what each group needs.
class MaskPlan {
 public:
  MaskPlan(const PatchGraph& graph, const at::Tensor& mask, PlanKind kind);

  // Plan of the group that reads at this place, or null when the graph has none there.
  const GroupPlan* find(GroupKind kind, int64_t block) const;

  const std::vector<GroupPlan>& groups() const { return groups_; }
  // Where a row depends on more than this plan's mask says.
  void set_rows(size_t group, std::vector<RowKind> rows);
  int64_t masks() const { return masks_; }
  bool by_token() const { return tokens_ > 1 || by_token_; }

 private:
  std::vector<GroupPlan> groups_;
  int64_t masks_ = 1, tokens_ = 1;
  bool by_token_ = false;
};

}  // namespace autocircuit
