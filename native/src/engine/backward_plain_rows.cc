#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "engine/backward_pass.h"
#include "engine/wide.h"
#include "kernels/cpu/plain_rows.h"

// The backward of rows that all read the stream as it is, as in edge attribution.
//
// Its floor beside the arithmetic is reading the deltas: the longer the network, the more of them, and with a dozen rows the products
// wait for memory. So rows wait for the heads that flow after them, to be contracted with what both read at once: an MLP's row for those of
// its block, and, where deltas are many beside rows, those of a block for those of the block before.
namespace autocircuit {
namespace {

// Rows of the batch whose gradients are made together: a projection's weights are packed for each piece, and what is made for it is to be
// used while it is in the cache. In equal pieces, since a small rest is packed for as a whole one.
int64_t rows_at_once(int64_t n, int64_t bytes_of_row) {
  constexpr int64_t fewest = 128, most_bytes = int64_t{8} << 20;
  const int64_t most = std::max(fewest, most_bytes / bytes_of_row), pieces = (n + most - 1) / most;
  return pieces > 1 ? (n + pieces - 1) / pieces : n;
}

}  // namespace

// Whether rows read the stream as it is, where that has a kernel.
bool BackwardPass::are_plain(const std::vector<const GroupPlan*>& plans, const at::Tensor& resid) const {
  return plans[0] && !latents_ && resid.scalar_type() == type_of(model_.weights()) && has_plain_rows(resid) &&
         std::none_of(plans.begin(), plans.end(), [](const GroupPlan* plan) { return plan->any_patched(); });
}

// The first group of a block's heads, whose rows flow at the same positions; null where these are not plain, or read from another source
// on.
const GroupPlan* BackwardPass::heads_to_wait_for(int64_t block, const GroupPlan& from, const at::Tensor& resid) const {
  const GroupPlan* shared = pass_.find(GroupKind::qkv, block);
  std::vector<const GroupPlan*> heads{shared};
  if (!shared) heads = {pass_.find(GroupKind::q, block), pass_.find(GroupKind::k, block), pass_.find(GroupKind::v, block)};
  if (std::any_of(heads.begin(), heads.end(), [](const GroupPlan* plan) { return !plan; }) || !are_plain(heads, resid)) return nullptr;
  return heads[0]->group->first_source == from.group->first_source ? heads[0] : nullptr;
}

// Whether rows wait to be contracted beside heads that flow after them: one row of an MLP for the heads of its block, since alone it would
// take as long to read all deltas as all of these together. A block's heads for those of the block before, where reading the deltas once
// less takes longer than writing the rows down and reading them again, and if none wait from another block: the sums of all stay in the
// second-level cache.
bool BackwardPass::may_wait(int64_t block, bool of_mlp, const std::vector<const GroupPlan*>& plans, int64_t rows,
                            const at::Tensor& resid) const {
  if (of_mlp) return heads_to_wait_for(block, *plans[0], resid) != nullptr;
  const bool at_all_positions = frame_.seq_len() == pass_.seq_len;  // as the block before, whose heads give all keys
  if (block == 0 || waiting_.count > 1 || !at_all_positions) return false;
  constexpr int64_t times_moved = 3;  // written into memory, for which it is read, and read again
  const GroupPlan* const heads = heads_to_wait_for(block - 1, *plans[0], resid);
  return heads && heads->group->sources > times_moved * (waiting_.count + rows);
}

// What flow_groups does, where all rows read the stream as it is: some of the batch at a time, so that what is made for them is used while
// it is in the cache.
void BackwardPass::flow_plain_groups(int64_t block, const at::Tensor& resid, const std::vector<GroupGrads>& groups,
                                     const std::vector<const GroupPlan*>& plans, int64_t rows) {
  const Projection which = groups[0].outputs[0].first;
  const Norm norm = norm_before(model_, block, which);
  const bool waits = may_wait(block, which == Projection::mlp_in, plans, rows, resid);
  const std::vector<int64_t> buckets = gradients_.bucket_of(frame_);
  const int64_t n = frame_.n(), most = rows_at_once(n, rows * config_.d_model * static_cast<int64_t>(resid.element_size()));
  const WaitingRows beside = waits ? WaitingRows{} : std::exchange(waiting_, {});
  std::vector<const GroupPlan*> contracted = plans;
  contracted.insert(contracted.end(), beside.plans.begin(), beside.plans.end());
  // Products with sources behind a row's own mean nothing, and are left out.
  at::Tensor delta = gradients_.deltas_of(frame_, beside.plans.empty() ? *plans[0] : *beside.plans[0]), kept;
  if (waits) {
    delta = delta.narrow(0, 0, 0);
    kept = at::empty({rows, n, config_.d_model}, resid.options());
  }
  const at::Tensor stream = frame_.grad.clone();
  for (int64_t first = 0; first < n; first += most) {
    const int64_t count = std::min(most, n - first);
    const at::Tensor grads = row_grads(rows, count);
    int64_t row = 0;
    for (const GroupGrads& group : groups) {
      at::Tensor part = grads.narrow(0, row, group.plan->group->heads);
      for (size_t i = 0; i < group.outputs.size(); i++)
        add_projection_gradient_(part, block, {group.outputs[i].first, group.outputs[i].second.narrow(0, first, count)}, i == 0);
      row += part.size(0);
    }
    const auto some = [&](const at::Tensor& of_rows) { return of_rows.narrow(1, first, count); };
    PlainRows work{grads, resid.narrow(0, first, count), norm, some(delta), {}, gradients_.bucket_count(), {}, rules_.norms};
    for (const at::Tensor& others : beside.rows) work.beside.push_back(some(others));
    if (!buckets.empty()) work.bucket_of.assign(buckets.begin() + first, buckets.begin() + first + count);
    at::Tensor into = stream.narrow(0, first, count), keep = waits ? some(kept) : kept;
    const at::Tensor products = plain_rows_backward(work, into, keep);
    if (!waits) gradients_.add_products(contracted, products);
  }
  frame_.grad = stream;
  if (!waits) return;
  waiting_.plans.insert(waiting_.plans.end(), plans.begin(), plans.end());
  waiting_.rows.push_back(kept);
  waiting_.count += rows;
}

}  // namespace autocircuit
