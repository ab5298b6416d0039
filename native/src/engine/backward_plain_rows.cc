#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "engine/backward_pass.h"
#include "engine/wide.h"
#include "kernels/cpu/plain_rows.h"

// The backward of rows that all read the stream as it is, as in edge attribution.
//
// Its floor beside the arithmetic is reading the deltas once for each block: the longer the network, the more of them, and with a dozen
// rows the products wait for memory. An MLP's row alone would read them a second time.
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

// How many sources an MLP's row leaves to be contracted with beside its block's heads, whose first rows flow next at the same positions;
// 0 where these are not plain. One row alone would take as long to read all deltas as all of the heads' together.
int64_t BackwardPass::sources_to_wait_for(int64_t block, const at::Tensor& resid) const {
  const GroupPlan* shared = pass_.find(GroupKind::qkv, block);
  std::vector<const GroupPlan*> heads{shared};
  if (!shared) heads = {pass_.find(GroupKind::q, block), pass_.find(GroupKind::k, block), pass_.find(GroupKind::v, block)};
  if (std::any_of(heads.begin(), heads.end(), [](const GroupPlan* plan) { return !plan; })) return 0;
  return are_plain(heads, resid) ? heads[0]->group->sources : 0;
}

// What flow_groups does, where all rows read the stream as it is: some of the batch at a time, so that what is made for them is used while
// it is in the cache.
void BackwardPass::flow_plain_groups(int64_t block, const at::Tensor& resid, const std::vector<GroupGrads>& groups,
                                     const std::vector<const GroupPlan*>& plans, int64_t rows) {
  const Projection which = groups[0].outputs[0].first;
  const Norm norm = norm_before(model_, block, which);
  const bool of_mlp = which == Projection::mlp_in;
  const std::vector<int64_t> buckets = gradients_.bucket_of(frame_);
  const int64_t n = frame_.n(), most = rows_at_once(n, rows * config_.d_model * static_cast<int64_t>(resid.element_size()));
  WaitingRows beside = std::exchange(waiting_, {}), wait;
  if (of_mlp) wait.sources = sources_to_wait_for(block, resid);
  if (wait.sources > 0) {
    wait.plan = plans[0];
    wait.rows = at::empty({rows, n, config_.d_model}, resid.options());
  }
  const at::Tensor all = gradients_.deltas_of(frame_, *plans[0]), delta = all.narrow(0, wait.sources, all.size(0) - wait.sources);
  const at::Tensor stream = frame_.grad.clone();
  std::vector<const GroupPlan*> contracted = plans;
  if (beside.plan) contracted.push_back(beside.plan);
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
    const auto some = [&](const at::Tensor& of_rows) { return of_rows.defined() ? of_rows.narrow(1, first, count) : of_rows; };
    PlainRows work{
        grads,       resid.narrow(0, first, count), norm, delta.narrow(1, first, count), {}, gradients_.bucket_count(), some(beside.rows),
        rules_.norms};
    if (!buckets.empty()) work.bucket_of.assign(buckets.begin() + first, buckets.begin() + first + count);
    at::Tensor into = stream.narrow(0, first, count), keep = some(wait.rows);
    gradients_.add_products(contracted, plain_rows_backward(work, into, keep), wait.sources);
  }
  frame_.grad = stream;
  waiting_ = std::move(wait);
}

}  // namespace autocircuit
