#include "engine/recorded_lists.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "devices/upload.h"
#include "engine/reading_points.h"

namespace autocircuit {
namespace {

template <class From, class To>
void copy_over(const std::vector<From>& values, at::Tensor& to) {
  at::Tensor host = host_staging(static_cast<int64_t>(values.size()), to.scalar_type(), to.device());
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<To>());
  to.flatten().narrow(0, 0, host.size(0)).copy_(host, /*non_blocking=*/true);
}

}  // namespace

RecordedLists::RecordedLists(const TransformerConfig& config, const PatchGraph& graph, int64_t masks, int64_t point,
                             const at::TensorOptions& options)
    : point_(point), masks_(masks), tokens_(std::max<int64_t>(1, graph.seq_len)), tile_(rows_per_tile(options.device())) {
  int64_t rows = 0, lists = 0, entries = 0;
  for (size_t i = 0; i < graph.groups.size(); i++) {
    const PatchGroup& group = graph.groups[i];
    if (reading_point(config, group) < point) continue;
    place_of_[group.offset] = places_.size();
    places_.push_back({i, group.heads, rows, lists});
    const int64_t of_group = (group.heads + tile_ - 1) / tile_ * masks * tokens_;
    rows += group.heads;
    lists += of_group;
    entries += of_group * group.sources;
  }
  from_ablated_ = at::zeros({rows}, options.dtype(at::kByte));
  begin_ = at::zeros({lists + 1}, options.dtype(at::kInt));
  source_ = at::zeros({entries}, options.dtype(at::kInt));
  weight_ = at::zeros({entries, tile_}, options.dtype(weight_type(options.dtype().toScalarType())));
}

void RecordedLists::fill(const MaskPlan& plan) {
  HostLists host;
  for (const Place& place : places_) {
    std::vector<int64_t> heads(place.rows);
    std::iota(heads.begin(), heads.end(), 0);
    host.add({{&plan.groups()[place.group], heads}}, tile_);
  }
  copy_over<uint8_t, uint8_t>(host.from_ablated, from_ablated_);
  copy_over<int32_t, int32_t>(host.begin, begin_);
  if (host.source.empty()) return;
  copy_over<int32_t, int32_t>(host.source, source_);
  if (weight_.scalar_type() == at::kDouble) copy_over<double, double>(host.weight, weight_);
  else copy_over<double, float>(host.weight, weight_);
}

RowLists RecordedLists::of(const PatchGroup& group) const {
  const Place& place = places_[place_of_.at(group.offset)];
  const int64_t lists = (place.rows + tile_ - 1) / tile_ * masks_ * tokens_;
  return {place.rows, masks_, tokens_, from_ablated_.narrow(0, place.first_row, place.rows), begin_.narrow(0, place.lists, lists + 1),
          source_,    weight_};
}

}  // namespace autocircuit
