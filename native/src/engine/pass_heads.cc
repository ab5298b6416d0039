#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "devices/device_index.h"
#include "engine/launches.h"
#include "engine/outputs.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"
#include "operators/operators.h"

namespace autocircuit {

bool Pass::has_constant_heads(int64_t layer) const {
  return plan_ && !autoencoder_of_attention(layer) && !gradients_ && !listed_ && !request_.prefix && !request_.padding.defined() &&
         !kept_prefix_ && !has_whole_layers() && !hooks_;
}

// In the layer where a pass leaves its kept run, the heads read what they read there but for their own patched edges.
bool Pass::may_know_heads(int64_t layer) const {
  return request_.from && plan_ && !listed_ && attention_point(layer) == first_patched_point() && !config_.parallel && !kept_prefix_ &&
         !has_whole_layers();
}

// What the kept run knows of this layer's heads; at first their outputs in the run itself, under rows of zeros.
KeptHeads& Pass::kept_heads(int64_t layer) {
  const PlainRun& run = *request_.from;
  KeptHeads& kept = run_cache_->heads;
  std::vector<int64_t> positions = frame_.positions;
  if (layer + 1 == config_.layers && narrows_) positions = *request_.positions;
  if (kept.layer == layer && kept.positions == positions && kept.graph == request_.patch->graph->serial.value() &&
      kept.ablation == ablated_->serial())
    return kept;
  const auto here = [&](const at::Tensor& rows) {
    return static_cast<int64_t>(positions.size()) == length_ ? rows : at_positions(rows, 0, length_, positions);
  };
  const BlockWeights& block = model_.weights().blocks[layer];
  kept = KeptHeads();
  kept.graph = request_.patch->graph->serial.value();
  kept.ablation = ablated_->serial();
  kept.layer = layer;
  kept.before = here(run.resid[attention_point(layer)]);
  if (block.b_o.defined()) kept.before = kept.before + block.b_o;
  kept.after = here(run.resid[attention_point(layer) + (config_.attn_only ? 2 : 1)]);
  kept.rows.resize(config_.heads);
  for (int64_t source = order_.heads(layer); source < order_.heads(layer) + config_.heads; source++) {
    kept.outputs.push_back(here(run.sources[source].flatten(0, 1)));
    kept.deltas.push_back(here(run_delta_[source]));
  }
  kept.positions = std::move(positions);
  return kept;
}

// [n, D] once per mask.
at::Tensor Pass::per_mask(const at::Tensor& rows) const { return masks_ > 1 ? rows.repeat({masks_, 1}) : rows.clone(); }

Pass::Heads Pass::run_heads(int64_t layer) {
  const bool last = layer + 1 == config_.layers;
  const GroupPlan* shared = find(Reader::qkv, layer);
  const GroupPlan* of_q = shared ? shared : find(Reader::q, layer);
  const GroupPlan* of_k = shared ? shared : find(Reader::k, layer);
  const GroupPlan* of_v = shared ? shared : find(Reader::v, layer);
  const int64_t key_rows = of_k ? of_k->group->heads : config_.kv_heads;
  const int64_t value_rows = of_v ? of_v->group->heads : config_.kv_heads;
  const int64_t query_rows = config_.heads;
  const auto ablated = [](const GroupPlan* plan, int64_t row) { return plan && plan->rows[row] == RowKind::ablated; };
  const bool constant_heads = has_constant_heads(layer);

  Heads heads;
  heads.rows.resize(query_rows);
  if (may_know_heads(layer)) heads.kept = &kept_heads(layer);
  std::vector<uint8_t> live_q(query_rows), live_k(key_rows), live_v(value_rows);
  for (const int64_t head : live_.live_heads(layer)) {
    const int64_t key = head * key_rows / query_rows, value = head * value_rows / query_rows;
    if (constant_heads && ablated(of_q, head) && ablated(of_k, key) && ablated(of_v, value)) {
      heads.constant.push_back(head);
      continue;
    }
    if (heads.kept) heads.rows[head] = shared ? rows_of_head({shared}, {head}) : rows_of_head({of_q, of_k, of_v}, {head, key, value});
    if (heads.rows[head] && heads.kept->holds(head, *heads.rows[head])) {
      heads.known.push_back(head);
      continue;
    }
    heads.run.push_back(head);
    live_q[head] = live_k[key] = live_v[value] = 1;
  }
  if (heads.run.empty()) {
    if (last && narrows_) narrow(order_.heads(layer));
    return heads;
  }

  at::Tensor q, k, v;
  std::optional<ReaderInput> together;  // Q, K and V of one shared input, where they read at the same positions
  ReaderInput::KnownPlain known;
  if (heads.kept)
    known = [&](Projection which) {
      at::Tensor& made = run_cache_->projections[{layer, static_cast<int>(which)}];
      if (!made.defined())
        made = apply(reader_linear(model_, layer, which),
                     apply(reader_norm(model_, layer, which), request_.from->resid[attention_point(layer)], type_of(model_.weights())));
      return frame_.length() == length_ ? made : at_positions(made, 0, length_, frame_.positions);
    };
  else known = through_hooked_norm(Hook::ln1_scale, Hook::ln1_normalized, layer, Projection::query);
  if (shared) together.emplace(input_of(shared, layer, Projection::key, live_k, known));
  const auto project = [&](const GroupPlan* plan, Projection which, const std::vector<uint8_t>& live, bool may_share) {
    if (together && may_share) return together->project(which);
    return input_of(plan, layer, which, live, known).project(which);
  };
  const at::Tensor resid = frame_.resid;
  k = project(of_k, Projection::key, live_k, true).view({batch_, length_, key_rows, config_.d_head});
  v = project(of_v, Projection::value, live_v, true).view({batch_, length_, value_rows, config_.d_head});
  const bool narrow_now = last && narrows_;
  if (narrow_now) narrow(order_.heads(layer));
  q = project(of_q, Projection::query, live_q, !narrow_now).view({batch_, frame_.length(), query_rows, config_.d_head});

  if (static_cast<int64_t>(heads.run.size()) < query_rows) {
    const auto chosen = [&](const at::Tensor& x) {
      std::vector<int64_t> rows;
      for (const int64_t head : heads.run) rows.push_back(head * x.size(2) / query_rows);
      return x.index_select(2, index_on(x.device(), rows));
    };
    q = chosen(q);
    k = chosen(k);
    v = chosen(v);
  }
  q = hooked_heads(Hook::q, layer, q);
  k = hooked_heads(Hook::k, layer, k);
  v = hooked_heads(Hook::v, layer, v);
  const BlockWeights& block = model_.weights().blocks[layer];
  if (gradients_) {
    Saved& saved = saved_[layer];
    saved.resid_attention = resid;
    saved.resid_queries = frame_.resid;
    const at::AutoGradMode record(true);
    saved.q = q.detach().requires_grad_();
    saved.k = k.detach().requires_grad_();
    saved.v = v.detach().requires_grad_();
    saved.z = attention_->attend(block, layer, saved.q, saved.k, saved.v, frame_.positions, heads.run, kept_prefix_.get());
    heads.z = saved.z.detach();
  } else {
    heads.z = hooked_heads(
        Hook::z, layer,
        attention_->attend(block, layer, q, k, v, frame_.positions, heads.run, kept_prefix_.get(), hooks_ ? &*hooks_ : nullptr));
  }
  heads.z = heads.z.reshape({frame_.n(), static_cast<int64_t>(heads.run.size()), config_.d_head});
  return heads;
}

void Pass::write_heads(int64_t layer, const Heads& heads) {
  const BlockWeights& block = model_.weights().blocks[layer];
  const int64_t first = order_.heads(layer), count = config_.heads;
  const bool summed = live_.resid[config_.parallel ? attention_point(layer) + 2 : attention_point(layer) + 1];
  int64_t wanted = 0;
  for (int64_t head = 0; head < count; head++) wanted += live_.delta[first + head];
  const bool all_run = static_cast<int64_t>(heads.run.size()) == count && !heads.kept;
  const bool one_by_one = is_bound_by_launches(block.w_o.device(), frame_.n()) ? wanted <= 1 : 2 * wanted <= count;

  if (all_run) {
    at::Tensor total, factor;
    if (block.ln1_post.scale.defined() || one_by_one) {
      if (summed || block.ln1_post.scale.defined()) total = attention_total(block, heads.z);
      if (block.ln1_post.scale.defined()) factor = post_factor(config_, block.ln1_post, total);
    }
    if (one_by_one) {
      if (summed) frame_.resid = frame_.resid + (factor.defined() ? times_factor(total, factor) : total);
      for (int64_t head = 0; head < count; head++) {
        at::Tensor out;
        if (live_.delta[first + head]) {
          out = product(heads.z.select(1, head), block.w_o.narrow(0, head * config_.d_head, config_.d_head));
          if (factor.defined()) out = times_factor(out, factor);
        }
        record(first + head, out);
      }
      return;
    }
    at::Tensor outputs = frame_.delta.late.narrow(0, first - frame_.delta.first_late, count);
    head_products(block, heads.z, outputs);
    if (factor.defined()) outputs.mul_(factor);
    at::Tensor resid;
    if (summed) {
      resid = frame_.resid.clone();
      if (block.b_o.defined()) resid.add_(factor.defined() ? block.b_o * factor : block.b_o);
    }
    absorb_outputs_(outputs, ablated_outputs(first, count), resid);
    if (summed) frame_.resid = resid;
    return;
  }

  // From a kept run the sum is known, but for what some heads give instead.
  KeptHeads* const kept = heads.kept;
  at::Tensor resid;
  if (summed && kept) resid = per_mask(kept->after);
  else if (summed) resid = block.b_o.defined() ? frame_.resid + block.b_o : frame_.resid.clone();
  const auto by_mask = [&](const at::Tensor& rows) { return rows.view({masks_, -1, config_.d_model}); };
  const auto write = [&](int64_t head, const at::Tensor& out) {
    if (summed) resid.add_(out);
    if (summed && kept) by_mask(resid).sub_(kept->outputs[head]);
    record(first + head, out);
  };
  std::vector<uint8_t> written(count);
  for (const int64_t head : heads.known) {
    written[head] = 1;
    if (live_.delta[first + head]) by_mask(frame_.delta.late.select(0, first + head - frame_.delta.first_late)).copy_(kept->deltas[head]);
  }
  const int64_t kept_rows = frame_.n() / masks_;
  for (size_t i = 0; i < heads.run.size(); i++) {
    const int64_t head = heads.run[i];
    const at::Tensor out = product(heads.z.select(1, static_cast<int64_t>(i)), block.w_o.narrow(0, head * config_.d_head, config_.d_head));
    write(head, out);
    written[head] = 1;
    if (!heads.rows[head]) continue;
    // The same under every mask: the next pass finds it.
    const at::Tensor once = out.narrow(0, 0, kept_rows).clone();
    const at::Tensor ablated = ablated_outputs(first + head, 1)[0];
    kept->set(head, *heads.rows[head], once, (ablated.unsqueeze(0) - once.view({-1, ablated.size(0), config_.d_model})).flatten(0, 1));
  }
  if (!heads.constant.empty()) {
    at::Tensor outputs = ablated_->head_outputs(layer);
    if (frame_.length() != length_) outputs = at_positions(outputs, 1, length_, frame_.positions);
    for (const int64_t head : heads.constant) {
      const at::Tensor out = outputs[head];
      write(head, out.size(0) == frame_.n() ? out : out.repeat({frame_.n() / out.size(0), 1}));
      written[head] = 1;
    }
  }
  for (int64_t head = 0; head < count; head++)
    if (!written[head]) record(first + head, {});
  if (summed) frame_.resid = resid;
}

}  // namespace autocircuit
