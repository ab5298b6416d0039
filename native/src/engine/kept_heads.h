#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "masks/mask_plan.h"

namespace autocircuit {

// What the heads of the block where passes leave a kept run gave when they last read there: their residual stream and
// the sources before it are always the same, so a head's output depends on its own rows of the mask alone. A search that
// changes one row at a time finds all other heads here.
struct KeptHeads {
  // The rows of a head's Q, K and V: the weight of every edge that ends there.
  using Rows = std::vector<double>;

  uint64_t graph = 0, ablation = 0;  // serial numbers
  int64_t block = -1;
  std::vector<int64_t> positions;
  at::Tensor before;                        // [n, D] residual stream, with the output bias; n = kept batch * positions
  at::Tensor after;                         // [n, D] with the heads' outputs
  std::vector<Rows> rows;                   // per head; none yet: as in the run itself, where no edge is patched
  std::vector<at::Tensor> outputs, deltas;  // per head [n, D]

  bool holds(int64_t head, const Rows& asked) const;
  void set(int64_t head, Rows given, const at::Tensor& output, const at::Tensor& delta);
};

// A head's rows of these groups (null ones are left out), if they are the same under every mask.
std::optional<KeptHeads::Rows> rows_of_head(const std::vector<const GroupPlan*>& groups, const std::vector<int64_t>& heads);

}  // namespace autocircuit
