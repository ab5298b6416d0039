#include <ATen/ATen.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/backward_pass.h"
#include "engine/patched_inputs.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"
#include "operators/operators.h"

// From the gradients of projections to those of the inputs they read, and from there into the mask, the stream and the sources.
namespace autocircuit {
namespace {

// [N, rows * columns] -> [rows, N, columns]
at::Tensor by_row(const at::Tensor& x, int64_t rows) { return x.unflatten(1, {rows, x.size(1) / rows}).transpose(0, 1); }

}  // namespace

// Groups of one point whose sources are the same: their rows side by side, in memory that all blocks share.
void BackwardPass::flow_groups(int64_t block, const at::Tensor& resid, const std::vector<GroupGrads>& groups) {
  int64_t rows = 0;
  std::vector<const GroupPlan*> plans;
  for (const GroupGrads& group : groups) {
    rows += group.plan ? group.plan->group->heads : 1;
    plans.push_back(group.plan);
  }
  if (are_plain(plans, resid)) return flow_plain_groups(block, resid, groups, plans, rows);
  const int64_t n = frame_.n();
  const at::Tensor grads = row_grads(rows, n);
  int64_t row = 0;
  for (const GroupGrads& group : groups) {
    const int64_t count = group.plan ? group.plan->group->heads : 1;
    at::Tensor part = grads.narrow(0, row, count);
    input_gradient_(part, group.plan, block, group.outputs, resid);
    row += count;
  }
  flow(plans, grads);
}

// Scratch [rows, n, D] that all blocks share.
at::Tensor BackwardPass::row_grads(int64_t rows, int64_t n) {
  const int64_t size = rows * n * config_.d_model;
  if (!row_grads_.defined() || row_grads_.numel() < size) row_grads_ = at::empty({size}, model_.weights().options);
  return row_grads_.narrow(0, 0, size).view({rows, n, config_.d_model});
}

// From the gradient of one projection that of the normalised rows it reads [rows, N, D]: the first is written, others are added.
void BackwardPass::add_projection_gradient_(at::Tensor& grad, int64_t block, const ProjectionGrad& projection, bool is_first) const {
  const auto& [which, output] = projection;
  const int64_t rows = grad.size(0);
  if (which == Projection::mlp_normalised) {
    if (is_first) grad[0].copy_(output);
    else grad[0].add_(output);
    return;
  }
  const at::Tensor weight = linear_of(model_, block, which).weight;
  const at::Tensor columns = by_row(output, rows);
  at::Tensor per_row = weight.unflatten(1, {-1, columns.size(2)}).permute({1, 2, 0});  // [heads, dHead, D]
  if (per_row.size(0) != rows) per_row = per_row.repeat_interleave(rows / per_row.size(0), 0);
  if (is_first) short_batch_product_into(grad, columns, per_row);
  else add_batch_product_(grad, columns, per_row);
}

// Gradient of each row's input [rows, N, D] (before the norm) from the gradients of its projections.
void BackwardPass::input_gradient_(at::Tensor& grad, const GroupPlan* plan, int64_t block, const std::vector<ProjectionGrad>& outputs,
                                   const at::Tensor& resid) const {
  if (outputs[0].first == Projection::mlp_residual) {
    const std::vector<ProjectionGrad> behind_norm(outputs.begin() + 1, outputs.end());
    if (behind_norm.empty()) grad.zero_();
    else input_gradient_(grad, plan, block, behind_norm, resid);
    grad[0].add_(outputs[0].second);
    return;
  }
  const int64_t rows = grad.size(0);
  for (size_t i = 0; i < outputs.size(); i++) add_projection_gradient_(grad, block, outputs[i], i == 0);
  const Norm norm = norm_before(model_, block, outputs[0].first);
  std::vector<int64_t> patched;
  for (int64_t row = 0; plan && row < rows; row++)
    if (plan->is_patched(row)) patched.push_back(row);
  if (patched.empty()) {
    through_norm_(grad, resid, norm);
    return;
  }
  Frame then = frame_;
  then.resid = resid;
  const at::Tensor inputs = patched_inputs(pass_, tape_.latents, then, *plan, patched, Norm{});
  if (static_cast<int64_t>(patched.size()) == rows) return through_norm_(grad, inputs, norm);
  size_t next = 0;
  for (int64_t row = 0; row < rows; row++) {
    at::Tensor one = grad.narrow(0, row, 1);
    const bool is_patched = next < patched.size() && patched[next] == row;
    through_norm_(one, is_patched ? inputs[static_cast<int64_t>(next++)] : resid, norm);
  }
}

// Through a norm of x, or by the rules of the patch only through its scale.
void BackwardPass::through_norm_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) const {
  if (!rules_.norms) return norm_backward_rows_(grad, x, norm);
  if (norm.kind == NormKind::none) return;
  const at::Tensor wide = widened(x);
  const bool centred = norm.kind == NormKind::layer_norm;
  const at::Tensor middle = centred ? wide - wide.mean(-1, true) : wide;
  const at::Tensor scale = at::rsqrt(middle.square().mean(-1, true) + norm.eps);
  at::Tensor through = widened(grad);
  if (norm.scale.defined()) through = through * norm.scale;
  if (centred) through = through - through.mean(-1, true);
  grad.copy_(through * scale.view({-1, grad.size(1), 1}));
}

// Gradient of the rows' inputs [rows of all plans, N, D] into the mask, the stream and the sources. A patched row reads (1 - m) of each
// source: its gradient goes to the sources alone, not to the stream and, times -m, back from the sources, so that what a row does not read
// gets a gradient of exactly 0. Optimisers that divide by the size of gradients make full steps of whatever rounding leaves.
void BackwardPass::flow(const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  gradients_.contract(frame_, plans, grad);
  const auto patched = [](const GroupPlan* plan) { return plan && plan->any_patched(); };
  if (std::none_of(plans.begin(), plans.end(), patched)) return add_to_stream(grad);
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t rows = plan ? plan->group->heads : 1;
    const at::Tensor part = grad.narrow(0, row, rows);
    if (patched(plan)) flow_to_sources(*plan, part, 1 - plan->values);
    else add_to_stream(part);
    if (patched(plan) && model_.weights().has_normed_bias) {
      const at::Tensor of_rows = part.sum(0, /*keepdim=*/false, frame_.grad.scalar_type());
      frame_.bias_grad = frame_.bias_grad.defined() ? frame_.bias_grad + of_rows : of_rows;
    }
    if (latents_ && patched(plan)) latents_->flow(frame_, *plan, part);
    row += rows;
  }
}

void BackwardPass::add_to_stream(const at::Tensor& grad) {
  frame_.grad = frame_.grad + (grad.size(0) == 1 ? grad[0] : grad.sum(0, /*keepdim=*/false, frame_.grad.scalar_type()));
}

// A patched edge subtracts m times the source's own output from the stream that goes on: its gradient is -m times the row's.
void BackwardPass::take_from_sources(const GroupPlan& plan, const at::Tensor& grad) {
  if (plan.any_patched()) flow_to_sources(plan, grad, -plan.values);
}

// Adds the gradient of a group's rows [rows, N, D] to its sources', times factors [M, T, rows, sources].
void BackwardPass::flow_to_sources(const GroupPlan& plan, const at::Tensor& grad_in, const at::Tensor& factors) {
  const at::Tensor grad = grad_in.to(frame_.grad.scalar_type());
  const int64_t first = plan.group->first_source, count = plan.group->sources;
  if (!frame_.source_grad.defined()) frame_.source_grad = at::zeros({pass_.order.count(), frame_.n(), config_.d_model}, grad.options());
  at::Tensor into = frame_.source_grad.narrow(0, first, count);
  const at::Tensor weights = factors.to(grad.options());
  if (pass_.masks == 1 && !pass_.mask->by_token()) {
    add_batch_product_(into.flatten(1).unsqueeze(0), weights[0][0].t().unsqueeze(0), grad.flatten(1).unsqueeze(0));
    return;
  }
  at::Tensor by_position = weights;
  if (pass_.mask->by_token()) by_position = weights.index_select(1, index_on(grad.device(), frame_.positions));
  const at::Tensor per_cell = by_position.unsqueeze(1)
                                  .expand({pass_.masks, pass_.batch / pass_.masks, frame_.seq_len(), -1, -1})
                                  .reshape({frame_.n(), grad.size(0), count});
  add_batch_product_(into.transpose(0, 1), per_cell.transpose(1, 2), grad.transpose(0, 1));
}

}  // namespace autocircuit
