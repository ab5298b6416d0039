#include "engine/kept_heads.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace autocircuit {

bool KeptHeads::holds(int64_t head, const Rows& asked) const {
  if (!rows[head].empty()) return rows[head] == asked;
  return std::all_of(asked.begin(), asked.end(), [](double weight) { return weight == 0; });
}

// The sum is made anew, so that it does not depend on what was set before.
void KeptHeads::set(int64_t head, Rows given, const at::Tensor& output, const at::Tensor& delta) {
  rows[head] = std::move(given);
  outputs[head] = output;
  deltas[head] = delta;
  after = before.clone();
  for (const at::Tensor& each : outputs) after.add_(each);
}

std::optional<KeptHeads::Rows> rows_of_head(const std::vector<const GroupPlan*>& groups, const std::vector<int64_t>& heads) {
  KeptHeads::Rows rows;
  for (size_t i = 0; i < groups.size(); i++) {
    if (!groups[i]) continue;
    const at::Tensor& values = groups[i]->values;  // [M, T, heads, sources]
    const int64_t masks = values.size(0), tokens = values.size(1), sources = values.size(3);
    const double* first = values.const_data_ptr<double>() + heads[i] * values.stride(2);
    for (int64_t t = 0; t < tokens; t++) {
      const double* row = first + t * values.stride(1);
      for (int64_t m = 1; m < masks; m++)
        if (!std::equal(row, row + sources, row + m * values.stride(0))) return std::nullopt;
      rows.insert(rows.end(), row, row + sources);
    }
  }
  return rows;
}

}  // namespace autocircuit
