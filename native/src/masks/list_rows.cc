#include "masks/list_rows.h"

#include <algorithm>

#include "devices/tile_rows.h"
#include "devices/upload.h"

namespace autocircuit {

int64_t rows_per_tile(const at::Device& device) { return device.is_cpu() ? kCpuTileRows : kDeviceTileRows; }

int64_t HostLists::add(const std::vector<GroupRows>& groups, int64_t tile) {
  struct Row {
    const double* values;  // of the first mask and token
    int64_t mask, token;   // strides of theirs
    double dropped;
  };
  const int64_t first = static_cast<int64_t>(begin.size()) - 1;
  const GroupPlan& any_plan = *groups[0].plan;
  const int64_t masks = any_plan.values.size(0), tokens = any_plan.values.size(1), sources = any_plan.values.size(3);
  std::vector<Row> rows;
  for (const auto& [plan, heads] : groups)
    for (const int64_t head : heads) {
      const at::Tensor& values = plan->values;
      const bool near_ablated = plan->rows[head] == RowKind::near_ablated;
      from_ablated.push_back(near_ablated);
      rows.push_back(
          {values.const_data_ptr<double>() + head * values.stride(2), values.stride(0), values.stride(1), near_ablated ? 1.0 : 0.0});
    }
  const int64_t all = static_cast<int64_t>(rows.size());
  for (int64_t start = 0; start < all; start += tile) {
    const int64_t count = std::min(tile, all - start);
    for (int64_t m = 0; m < masks; m++)
      for (int64_t t = 0; t < tokens; t++) {
        for (int64_t s = 0; s < sources; s++) {
          const size_t at = weight.size();
          bool any = false;
          weight.resize(at + tile);
          for (int64_t r = 0; r < count; r++) {
            const Row& row = rows[start + r];
            weight[at + r] = row.values[m * row.mask + t * row.token + s] - row.dropped;
            any |= weight[at + r] != 0;
          }
          if (any) source.push_back(static_cast<int32_t>(any_plan.group->first_source + s));
          else weight.resize(at);
        }
        begin.push_back(static_cast<int32_t>(source.size()));
      }
  }
  return first;
}

RowLists row_lists(const std::vector<GroupRows>& groups, const at::TensorOptions& options) {
  const int64_t tile = rows_per_tile(options.device());
  const GroupPlan& plan = *groups[0].plan;
  HostLists host;
  host.add(groups, tile);
  RowLists lists;
  lists.rows = static_cast<int64_t>(host.from_ablated.size());
  lists.masks = plan.values.size(0);
  lists.tokens = plan.values.size(1);
  // Weights in the type that sums are made in.
  const at::ScalarType type = weight_type(options.dtype().toScalarType());
  const std::vector<float> narrow(type == at::kFloat ? host.weight.begin() : host.weight.end(), host.weight.end());
  const void* const weights = type == at::kFloat ? static_cast<const void*>(narrow.data()) : host.weight.data();
  const auto count = [](const auto& values) { return static_cast<int64_t>(values.size()); };
  const std::vector<at::Tensor> parts = upload_together({{host.from_ablated.data(), count(host.from_ablated), at::kByte},
                                                         {host.begin.data(), count(host.begin), at::kInt},
                                                         {host.source.data(), count(host.source), at::kInt},
                                                         {weights, count(host.weight), type}},
                                                        options.device());
  lists.from_ablated = parts[0];
  lists.begin = parts[1];
  lists.source = parts[2];
  lists.weight = parts[3].view({-1, tile});
  return lists;
}

}  // namespace autocircuit
