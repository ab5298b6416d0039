#include "engine/group_input.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "devices/device_index.h"
#include "engine/launches.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

namespace autocircuit {
namespace {

// What the ablation cache holds for all positions of its batch, for this frame: [N, columns].
at::Tensor in_frame(const at::Tensor& cached, const Frame& frame, int64_t seq_len) {
  const at::Tensor rows = seq_len == frame.seq_len() ? cached : at_positions(cached, 0, seq_len, frame.positions);
  const int64_t repeats = frame.n() / rows.size(0);
  return repeats == 1 ? rows : rows.repeat({repeats, 1});
}

Linear columns_of(const Linear& linear, int64_t from, int64_t count) {
  return {linear.weight.narrow(1, from, count), linear.bias.defined() ? linear.bias.narrow(0, from, count) : linear.bias};
}

}  // namespace

GroupInput::GroupInput(const Transformer& model, const Frame& frame, const GroupPlan* plan, int64_t block, Projection which,
                       const std::vector<uint8_t>& live, AblationCache* ablated, const PatchedInputs& patched_inputs, KnownPlain known)
    : model_(model), frame_(frame), plan_(plan), block_(block), live_(live), ablated_inputs_(ablated), known_(std::move(known)),
      norm_(norm_before(model, block, which)) {
  for (int64_t head = 0; head < static_cast<int64_t>(live.size()); head++) {
    if (!live[head]) continue;
    const RowKind kind = plan ? plan->rows[head] : RowKind::plain;
    (kind == RowKind::plain ? plain_heads_ : kind == RowKind::ablated ? ablated_ : patched_).push_back(head);
  }
  if (!patched_.empty() && patched_inputs) rows_ = patched_inputs(*plan, patched_, norm_).to(type_of(model.weights()));
}

const at::Tensor& GroupInput::plain() const {
  if (!plain_->defined()) *plain_ = apply(norm_, frame_.resid, type_of(model_.weights()));
  return *plain_;
}

at::Tensor GroupInput::normalised() const { return patched_.empty() ? plain() : rows_[0]; }

at::Tensor GroupInput::project(Projection which) const {
  const Linear linear = linear_of(model_, block_, which);
  const int64_t rows = static_cast<int64_t>(live_.size());
  const int64_t heads = heads_of(linear, which);
  const int64_t columns = linear.weight.size(1) / heads, shared = rows / heads;
  const auto of_row = [&](int64_t row) { return columns_of(linear, row / shared * columns, columns); };
  const int64_t plain_rows = static_cast<int64_t>(plain_heads_.size());
  const bool few_launches = is_bound_by_launches(linear.weight.device(), frame_.n());
  const bool fused = !known_ && (2 * plain_rows >= rows || (few_launches && plain_rows > 1));
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
  if (rows_.defined()) project_patched(out, rows_, which);
  if (!ablated_.empty()) {
    const at::Tensor cached = in_frame(ablated_inputs_->projection(block_, which), frame_, ablated_inputs_->sources().size(2));
    if (few_launches) {
      std::vector<int64_t> of_cached;
      for (const int64_t row : ablated_) of_cached.push_back(row / shared);
      const at::Tensor chosen = cached.unflatten(1, {heads, columns}).index_select(1, index_on(out.device(), of_cached));
      at::Tensor by_row = out.unflatten(1, {rows, columns});
      by_row.index_copy_(1, index_on(out.device(), ablated_), chosen);
    } else {
      for (const int64_t row : ablated_) put(row, cached.narrow(1, row / shared * columns, columns));
    }
  }
  return out;
}

// A group may have more rows than the projection has heads (key/value heads read once per query head): rows share.
int64_t GroupInput::heads_of(const Linear& linear, Projection which) const {
  return is_of_mlp(which) ? 1 : linear.weight.size(1) / model_.config().d_head;
}

void GroupInput::project_patched(at::Tensor out, const at::Tensor& inputs, Projection which) const {
  const Linear linear = linear_of(model_, block_, which);
  const int64_t heads = heads_of(linear, which);
  const int64_t columns = linear.weight.size(1) / heads, shared = static_cast<int64_t>(live_.size()) / heads;
  const int64_t count = static_cast<int64_t>(patched_.size());
  if (out.is_cpu()) {
    // One row's product is too small to share between threads; several rows are not.
    at::parallel_for(0, count, 1, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) {
        const Linear part = columns_of(linear, patched_[i] / shared * columns, columns);
        product_into(out.narrow(1, patched_[i] * columns, columns), inputs[i], part.weight, part.bias);
      }
    });
    return;
  }
  at::Tensor weight = linear.weight.unflatten(1, {heads, columns}).permute({1, 0, 2});
  at::Tensor bias = linear.bias.defined() ? linear.bias.view({heads, 1, columns}) : at::Tensor();
  if (count != heads || shared > 1) {
    std::vector<int64_t> chosen;
    for (const int64_t row : patched_) chosen.push_back(row / shared);
    const at::Tensor index = index_on(out.device(), chosen);
    weight = weight.index_select(0, index);
    if (bias.defined()) bias = bias.index_select(0, index);
  }
  const at::Tensor made = bias.defined() ? at::baddbmm(bias, inputs, weight) : at::bmm(inputs, weight);
  at::Tensor by_row = out.view({out.size(0), -1, columns});
  if (count == by_row.size(1)) by_row.copy_(made.transpose(0, 1));
  else by_row.index_copy_(1, index_on(out.device(), patched_), made.transpose(0, 1));
}

}  // namespace autocircuit
