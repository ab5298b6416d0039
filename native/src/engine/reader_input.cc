#include "engine/reader_input.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "engine/reading_points.h"

namespace autocircuit {
namespace {

bool reads_mlp_input(Projection which) { return which == Projection::mlp_in || which == Projection::mlp_gate; }

int64_t point_of(const TransformerConfig& config, int64_t layer, Projection which) {
  return reads_mlp_input(which) ? mlp_point(config, layer) : attention_point(layer);
}

// What the ablation cache holds for all positions of its batch, for this frame: [N, columns].
at::Tensor in_frame(const at::Tensor& cached, const Frame& frame, int64_t length) {
  const at::Tensor rows = length == frame.length() ? cached : at_positions(cached, 0, length, frame.positions);
  const int64_t repeats = frame.n() / rows.size(0);
  return repeats == 1 ? rows : rows.repeat({repeats, 1});
}

}  // namespace

at::Tensor patched_inputs(const Transformer& model, const Frame& frame, const GroupPlan& plan, int64_t point,
                          const std::vector<int64_t>& heads, const Ablation& ablation, const Norm& norm) {
  const SourceLists lists = plan.lists(heads);
  RowInputs inputs;
  inputs.resid = frame.resid;
  for (const int64_t head : heads) inputs.from_ablated.push_back(plan.rows[head] == RowKind::near_ablated);
  if (std::any_of(inputs.from_ablated.begin(), inputs.from_ablated.end(), [](uint8_t from) { return from; })) {
    const int64_t length = ablation.sources().size(2);
    inputs.ablated = ablation.cache().resid(model, point);
    if (length != frame.length()) inputs.ablated = at_positions(inputs.ablated, 0, length, frame.positions);
  }
  return gather_rows(inputs, frame.delta, lists, frame.n(), frame.length(), frame.positions, norm.kind, norm.eps,
                     norm.weights.scale, norm.weights.shift);
}

ReaderInput::ReaderInput(const Transformer& model, const Frame& frame, const GroupPlan* plan, int64_t layer, Projection which,
                         const std::vector<uint8_t>& live, const Ablation* ablation, KnownPlain known)
    : model_(model), frame_(frame), plan_(plan), layer_(layer), live_(live), ablation_(ablation), known_(std::move(known)),
      norm_(reader_norm(model, layer, which)) {
  for (int64_t head = 0; head < static_cast<int64_t>(live.size()); head++) {
    if (!live[head]) continue;
    const RowKind kind = plan ? plan->rows[head] : RowKind::plain;
    (kind == RowKind::plain ? plain_heads_ : kind == RowKind::ablated ? ablated_ : patched_).push_back(head);
  }
  if (!patched_.empty())
    rows_ = patched_inputs(model, frame, *plan, point_of(model.config(), layer, which), patched_, *ablation, norm_);
}

const at::Tensor& ReaderInput::plain() const {
  if (!plain_.defined()) plain_ = norm_(frame_.resid);
  return plain_;
}

at::Tensor ReaderInput::project(Projection which) const {
  const Linear linear = reader_linear(model_, layer_, which);
  const int64_t rows = static_cast<int64_t>(live_.size());
  // A group may have more rows than the projection has heads (key/value heads read once per query head): rows share.
  const int64_t heads = reads_mlp_input(which) ? 1 : linear.weight.size(1) / model_.config().d_head;
  const int64_t columns = linear.weight.size(1) / heads, shared = rows / heads;
  const auto of_row = [&](int64_t row) {
    const int64_t from = row / shared * columns;
    return Linear{linear.weight.narrow(1, from, columns),
                  linear.bias.defined() ? linear.bias.narrow(0, from, columns) : linear.bias};
  };
  const bool fused = !known_ && 2 * static_cast<int64_t>(plain_heads_.size()) >= rows;
  at::Tensor out;
  if (fused) {
    out = apply(linear, plain());
    if (shared > 1) out = out.view({frame_.n(), heads, columns}).repeat_interleave(shared, 1).flatten(1);
    if (patched_.empty() && ablated_.empty()) return out;
  } else {
    out = at::empty({frame_.n(), rows * columns}, linear.weight.options());
  }
  const auto put = [&](int64_t row, const at::Tensor& value) { out.narrow(1, row * columns, columns).copy_(value); };
  if (known_ && !plain_heads_.empty()) {
    const at::Tensor known = known_(which);
    const at::Tensor per_mask = out.unflatten(0, {-1, known.size(0)});
    for (const int64_t row : plain_heads_)
      per_mask.narrow(2, row * columns, columns).copy_(known.narrow(1, row / shared * columns, columns));
  } else if (!fused) {
    for (const int64_t row : plain_heads_) put(row, apply(of_row(row), plain()));
  }
  // One row's product is too small to share between threads; several rows are not.
  at::parallel_for(0, static_cast<int64_t>(patched_.size()), 1, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) put(patched_[i], apply(of_row(patched_[i]), rows_[i]));
  });
  if (!ablated_.empty()) {
    const at::Tensor cached = in_frame(ablation_->cache().projection(model_, layer_, which), frame_, ablation_->sources().size(2));
    for (const int64_t row : ablated_) put(row, cached.narrow(1, row / shared * columns, columns));
  }
  return out;
}

}  // namespace autocircuit
