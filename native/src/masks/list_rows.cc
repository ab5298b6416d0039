#include "masks/list_rows.h"

#include <algorithm>

#include "devices/upload.h"

namespace autocircuit {

int64_t rows_per_tile(const at::Device& device) { return device.is_cpu() ? 4 : 8; }

int64_t HostLists::add(const GroupPlan& plan, const std::vector<int64_t>& heads, int64_t tile) {
  const int64_t first = static_cast<int64_t>(begin.size()) - 1;
  const int64_t masks = plan.values.size(0), tokens = plan.values.size(1), sources = plan.values.size(3);
  const int64_t rows = static_cast<int64_t>(heads.size());
  const double* values = plan.values.const_data_ptr<double>();
  for (const int64_t head : heads) from_ablated.push_back(plan.rows[head] == RowKind::near_ablated);
  for (int64_t start = 0; start < rows; start += tile) {
    const int64_t count = std::min(tile, rows - start);
    for (int64_t m = 0; m < masks; m++)
      for (int64_t t = 0; t < tokens; t++) {
        const double* cell = values + m * plan.values.stride(0) + t * plan.values.stride(1);
        for (int64_t s = 0; s < sources; s++) {
          const size_t at = weight.size();
          bool any = false;
          weight.resize(at + tile);
          for (int64_t r = 0; r < count; r++) {
            const int64_t head = heads[start + r];
            const double dropped = plan.rows[head] == RowKind::near_ablated ? 1 : 0;
            weight[at + r] = cell[head * plan.values.stride(2) + s] - dropped;
            any |= weight[at + r] != 0;
          }
          if (any) source.push_back(static_cast<int32_t>(plan.group->first_source + s));
          else weight.resize(at);
        }
        begin.push_back(static_cast<int32_t>(source.size()));
      }
  }
  return first;
}

RowLists row_lists(const GroupPlan& plan, const std::vector<int64_t>& heads, const at::TensorOptions& options) {
  const int64_t tile = rows_per_tile(options.device());
  HostLists host;
  host.add(plan, heads, tile);
  RowLists lists;
  lists.rows = static_cast<int64_t>(heads.size());
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
