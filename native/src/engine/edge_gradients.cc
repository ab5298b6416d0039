#include "engine/edge_gradients.h"

#include <ATen/ATen.h>

#include <string>

#include "devices/device_index.h"
#include "engine/check_finite.h"
#include "engine/wide.h"
#include "operators/operators.h"

namespace autocircuit {
PassGradients::PassGradients(const PassPlan& plan, LatentGradients* latents) : pass_(plan), patch_(*plan.request.patch), latents_(latents) {
  const Weights& weights = pass_.model.weights();
  const int64_t sources = pass_.order.count(), d_model = pass_.config.d_model;
  mask_ = at::zeros({pass_.masks, patch_.graph->edges}, weights.options.dtype(weights.sum_type()));
  const std::vector<int64_t> all{sources, pass_.rows(), d_model};
  const auto zeros = [&] { return at::zeros(all, weights.options.dtype(stream_type(weights))); };
  if (patch_.directions.defined())
    directions_ = patch_.directions.detach().to(weights.options).expand({sources, pass_.batch, pass_.seq_len, d_model}).reshape(all);
  if (patch_.ablation_leaf.defined()) ablation_ = zeros();
  if (patch_.outputs_leaf.defined()) outputs_ = zeros();
}

// d loss / d mask[row, source] = <grad input[row], delta[source]>: one product for all rows that read the same sources.
void PassGradients::contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  if (!plans[0]) return;
  add_to_ablation(frame, plans, grad);
  if (latents_) latents_->contract(frame, plans, grad);
  const std::vector<int64_t> buckets = bucket_of(frame);
  const at::Tensor of_row = buckets.empty() ? at::Tensor() : index_on(grad.device(), buckets, at::kInt);
  add_products(plans, mask_gradient(grad, deltas_of(frame, *plans[0]), of_row, bucket_count()));
}

at::Tensor PassGradients::deltas_of(const Frame& frame, const GroupPlan& plan) const {
  const auto of_plan = [&](const at::Tensor& all) { return all.narrow(0, plan.group->first_source, plan.group->sources); };
  if (!directions_.defined()) return of_plan(frame.delta.late);
  return frame.seq_len() == pass_.seq_len ? of_plan(directions_) : at_positions(of_plan(directions_), 1, pass_.seq_len, frame.positions);
}

int64_t PassGradients::bucket_count() const { return pass_.masks * (pass_.mask->by_token() ? pass_.seq_len : 1); }

std::vector<int64_t> PassGradients::bucket_of(const Frame& frame) const {
  const int64_t masks = pass_.masks, tokens = pass_.mask->by_token() ? pass_.seq_len : 1;
  std::vector<int64_t> buckets;
  if (masks > 1 || tokens > 1)
    for (int64_t n = 0; n < frame.n(); n++)
      buckets.push_back(n / (frame.n() / masks) * tokens + (tokens > 1 ? frame.positions[n % frame.seq_len()] : 0));
  return buckets;
}

void PassGradients::add_products(const std::vector<const GroupPlan*>& plans, const at::Tensor& products) {
  const at::Tensor by_token = products.view({pass_.masks, -1, products.size(1), products.size(2)});
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t heads = plan->group->heads, sources = plan->group->sources, tokens = by_token.size(1);
    mask_.narrow(1, plan->group->offset, tokens * heads * sources)
        .unflatten(1, {tokens, heads, sources})
        .add_(by_token.narrow(2, row, heads).narrow(3, 0, sources));
    row += heads;
  }
}

// A patched input takes m times a source's ablated output: its gradient is m times the input's.
void PassGradients::add_to_ablation(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  if (!ablation_.defined()) return;
  const int64_t masks = pass_.masks, batch = pass_.batch, d_model = pass_.config.d_model;
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t rows = plan ? plan->group->heads : 1;
    const at::Tensor part = grad.narrow(0, row, rows);
    row += rows;
    if (!plan || !plan->any_patched()) continue;
    const at::Tensor weights = plan->values.to(grad.options());  // [M, T, rows, sources]
    const at::Tensor by_position = pass_.mask->by_token() ? weights.index_select(1, index_on(grad.device(), frame.positions))
                                                          : weights.expand({-1, frame.seq_len(), -1, -1});
    const at::Tensor per_mask = part.view({rows, masks, batch / masks, frame.seq_len(), d_model});
    const at::Tensor added = at::einsum("mtrs,rmbtd->smbtd", {by_position, per_mask}).to(ablation_.scalar_type());
    const at::Tensor into =
        ablation_.narrow(0, plan->group->first_source, plan->group->sources).view({plan->group->sources, batch, pass_.seq_len, d_model});
    const at::Tensor by_example = added.reshape({plan->group->sources, batch, frame.seq_len(), d_model});
    into.index_add_(2, index_on(grad.device(), frame.positions), by_example);
  }
}

void PassGradients::keep_outputs(const Frame& frame, int64_t source, int64_t count, const at::Tensor& grad) {
  if (!outputs_.defined()) return;
  const at::Tensor into = outputs_.narrow(0, source, count).view({count, pass_.batch, pass_.seq_len, pass_.config.d_model});
  const at::Tensor from = grad.reshape({count, pass_.batch, frame.seq_len(), pass_.config.d_model}).to(into.scalar_type());
  into.index_copy_(2, index_on(grad.device(), frame.positions), from);
}

void PassGradients::divide(const at::Tensor& scale) {
  mask_ = mask_ / scale;
  if (ablation_.defined()) ablation_.div_(scale);
  if (outputs_.defined()) outputs_.div_(scale);
}

at::Tensor PassGradients::of_mask() {
  if (latents_) mask_ = latents_->of_mask(mask_);
  check_finite(mask_, [](const std::vector<int64_t>& at) {
    return "The gradient of the mask at edge " + std::to_string(at[1]) + (at[0] > 0 ? " (mask " + std::to_string(at[0]) + ")" : "");
  });
  const at::Tensor& mask = latents_ ? pass_.latents->given_mask : patch_.mask;
  return mask_.view(mask.sizes()).to(mask.options());
}

at::Tensor PassGradients::of_ablation() const {
  if (!ablation_.defined()) return {};
  const at::Tensor& leaf = patch_.ablation_leaf;
  const int64_t shared = pass_.batch / leaf.size(1);  // example b takes the ablation's row b mod its batch
  return ablation_.view({pass_.order.count(), shared, leaf.size(1), pass_.seq_len, pass_.config.d_model}).sum(1).to(leaf.options());
}

at::Tensor PassGradients::of_outputs() const {
  if (!outputs_.defined()) return {};
  return outputs_.view({pass_.order.count(), pass_.batch, pass_.seq_len, pass_.config.d_model}).to(patch_.outputs_leaf.options());
}

}  // namespace autocircuit
