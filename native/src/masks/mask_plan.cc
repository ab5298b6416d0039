#include "masks/mask_plan.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "runtime/error.h"

namespace autocircuit {

RowKind classify(const EdgeCounts& count, PlanKind kind) {
  if (count.not_zero == 0 && kind != PlanKind::listed) return RowKind::plain;
  if (kind == PlanKind::from_plain) return RowKind::near_plain;
  if (count.not_one == 0 && kind == PlanKind::cheapest) return RowKind::ablated;
  return count.not_one < count.not_zero ? RowKind::near_ablated : RowKind::near_plain;
}

bool GroupPlan::all(RowKind kind) const {
  return std::all_of(rows.begin(), rows.end(), [kind](RowKind row) { return row == kind; });
}

bool GroupPlan::any_patched() const {
  for (size_t head = 0; head < rows.size(); head++)
    if (is_patched(static_cast<int64_t>(head))) return true;
  return false;
}

void GroupPlan::mark_sources(int64_t head, std::vector<uint8_t>& needed) const {
  const double* data = values.const_data_ptr<double>() + head * values.stride(2);
  const double dropped = rows[head] == RowKind::near_ablated ? 1 : 0;
  for (int64_t m = 0; m < values.size(0); m++)
    for (int64_t t = 0; t < values.size(1); t++) {
      const double* row = data + m * values.stride(0) + t * values.stride(1);
      for (int64_t s = 0; s < values.size(3); s++) needed[group->first_source + s] |= row[s] != dropped;
    }
}

int64_t masks_of(const PatchGraph& graph, const at::Tensor& mask) {
  if (mask.dim() != 1 && mask.dim() != 2)
    throw Error(ErrorCode::bad_input, "mask must be [edges] or [masks, edges], it has " + std::to_string(mask.dim()) + " dimensions");
  if (mask.size(-1) != graph.edges)
    throw Error(ErrorCode::bad_input,
                "mask has " + std::to_string(mask.size(-1)) + " values, the graph has " + std::to_string(graph.edges) + " edges");
  const int64_t masks = mask.dim() == 1 ? 1 : mask.size(0);
  if (masks == 0) throw Error(ErrorCode::bad_input, "there is no mask among those of shape [0, edges]; give at least one");
  return masks;
}

MaskPlan::MaskPlan(const PatchGraph& graph, const at::Tensor& mask, PlanKind kind) : masks_(masks_of(graph, mask)) {
  by_token_ = graph.seq_len > 0;
  tokens_ = by_token_ ? graph.seq_len : 1;
  const at::Tensor values = mask.detach().to(at::kCPU, at::kDouble).contiguous().view({masks_, graph.edges});
  const double* data = values.const_data_ptr<double>();
  for (const PatchGroup& group : graph.groups) {
    GroupPlan plan;
    plan.group = &group;
    const int64_t cells = tokens_ * group.heads * group.sources;
    plan.values = values.narrow(1, group.offset, cells).view({masks_, tokens_, group.heads, group.sources});
    std::vector<EdgeCounts> counts(group.heads);
    for (int64_t m = 0; m < masks_; m++) {
      const double* cell = data + m * graph.edges + group.offset;
      for (int64_t t = 0; t < tokens_; t++)
        for (int64_t h = 0; h < group.heads; h++)
          for (int64_t s = 0; s < group.sources; s++, cell++) {
            counts[h].not_zero += *cell != 0;
            counts[h].not_one += *cell != 1;
          }
    }
    for (const EdgeCounts& count : counts) {
      plan.rows.push_back(classify(count, kind));
      plan.patched |= count.not_zero > 0;
    }
    groups_.push_back(std::move(plan));
  }
}

void MaskPlan::set_rows(size_t group, std::vector<RowKind> rows) {
  groups_[group].rows = std::move(rows);
  groups_[group].patched = !groups_[group].all(RowKind::plain);
}

const GroupPlan* MaskPlan::find(GroupKind kind, int64_t block) const {
  for (const GroupPlan& plan : groups_)
    if (plan.group->kind == kind && (kind == GroupKind::end || plan.group->block == block)) return &plan;
  return nullptr;
}

}  // namespace autocircuit
