#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <stdexcept>

#include "engine/divergence.h"
#include "engine/mlp.h"
#include "engine/outputs.h"
#include "engine/pass.h"

namespace autocircuit {

ForwardResult Pass::forward() {
  const at::NoGradGuard no_grad;
  start();
  const int64_t from_point = request_.from ? first_patched_point() : 0;
  for (int64_t layer = from_point / 2; layer < config_.layers; layer++) {
    request_.cancel.check();
    block(layer, from_point);
  }
  keep_resid(end_point(config_));
  ForwardResult result;
  if (request_.want_logits || request_.want_hidden || request_.reference) {
    if (narrows_ && !narrowed_) narrow(order_.count());
    const at::Tensor x = end_input();
    const Norm final_norm{config_.norm, config_.eps, model_.weights().ln_final};
    if (request_.want_hidden) hidden_.push_back(final_norm(x));
    if (request_.want_logits || request_.reference) {
      const at::Tensor outputs = output_rows(final_norm(x));
      if (request_.want_logits) result.logits = logits(outputs);
      if (request_.reference) {
        const Linear unembed{model_.weights().unembed, model_.weights().unembed_bias};
        result.divergences = divergences(config_, unembed, outputs, *request_.reference).view({batch_, -1});
      }
    }
  }
  if (request_.want_hidden) {
    for (at::Tensor& h : hidden_) h = h.view({batch_, length_, config_.d_model});
    result.hidden = at::stack(hidden_);
  }
  if (request_.want_sources || request_.want_run) {
    const at::Tensor sources = collected_sources();
    if (request_.want_sources) result.sources = sources;
    if (kept_) kept_->sources = sources;
  }
  result.run = kept_;
  result.prefix = kept_prefix_;
  return result;
}

const GroupPlan* Pass::find(Reader reader, int64_t layer) const { return plan_ ? plan_->find(reader, layer) : nullptr; }

void Pass::keep_resid(int64_t point) {
  if (kept_) kept_->resid[point] = frame_.resid;
}

// The heads run, then write; an MLP beside them reads before they do. A run that starts at the MLP skips the heads.
void Pass::block(int64_t layer, int64_t from_point) {
  const bool heads_run = attention_point(layer) >= from_point;
  const bool last = layer + 1 == config_.layers;
  if (request_.want_hidden) hidden_.push_back(frame_.resid);
  keep_resid(attention_point(layer));
  Heads heads;
  if (heads_run) heads = run_heads(layer);
  else if (last && narrows_) narrow(order_.before(mlp_point(config_, layer)));
  const bool has_mlp = !config_.attn_only;
  at::Tensor mlp;
  if (has_mlp && config_.parallel) mlp = run_mlp(layer);
  if (heads_run) write_heads(layer, heads);
  if (has_mlp && !config_.parallel) {
    if (order_.has_mid()) {
      read_residual(Reader::mid, layer);
      record(order_.mid(layer), frame_.resid);
    }
    keep_resid(attention_point(layer) + 1);
    mlp = run_mlp(layer);
  }
  if (has_mlp) write_mlp(layer, mlp);
  if (!factorized_ && !last) {
    read_residual(Reader::post, layer);
    record(order_.post(layer), frame_.resid);
  }
}

bool Pass::has_constant_heads() const {
  return plan_ && !gradients_ && !request_.prefix && !request_.padding.defined() && !kept_prefix_ &&
         !model_.weights().blocks[0].ln1_post.scale.defined() && config_.qk_norm != QkNorm::full;
}

// In the layer where a pass leaves its kept run, the heads read what they read there but for their own patched edges.
bool Pass::may_know_heads(int64_t layer) const {
  return request_.from && plan_ && attention_point(layer) == first_patched_point() && !config_.parallel && !kept_prefix_ &&
         !model_.weights().blocks[0].ln1_post.scale.defined() && config_.qk_norm != QkNorm::full;
}

// What the kept run knows of this layer's heads; at first their outputs in the run itself, under rows of zeros.
KeptHeads& Pass::kept_heads(int64_t layer) {
  const PlainRun& run = *request_.from;
  KeptHeads& kept = request_.from->heads;
  std::vector<int64_t> positions = frame_.positions;
  if (layer + 1 == config_.layers && narrows_) positions = *request_.positions;
  if (kept.layer == layer && kept.positions == positions && kept.ablation.lock() == request_.patch->ablation) return kept;
  const auto here = [&](const at::Tensor& rows) {
    return static_cast<int64_t>(positions.size()) == length_ ? rows : at_positions(rows, 0, length_, positions);
  };
  const BlockWeights& block = model_.weights().blocks[layer];
  kept = KeptHeads();
  kept.ablation = request_.patch->ablation;
  kept.layer = layer;
  kept.before = here(run.resid[attention_point(layer)]);
  if (block.b_o.defined()) kept.before = kept.before + block.b_o;
  kept.after = here(run.resid[attention_point(layer) + (config_.attn_only ? 2 : 1)]);
  kept.rows.resize(config_.heads);
  for (int64_t source = order_.heads(layer); source < order_.heads(layer) + config_.heads; source++) {
    kept.outputs.push_back(here(run.sources[source].flatten(0, 1)));
    kept.deltas.push_back(here(run.delta[source]));
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
  const bool constant_heads = has_constant_heads();

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
      at::Tensor& made = request_.from->projections[{layer, static_cast<int>(which)}];
      if (!made.defined())
        made = apply(reader_linear(model_, layer, which), reader_norm(model_, layer, which)(request_.from->resid[attention_point(layer)]));
      return frame_.length() == length_ ? made : at_positions(made, 0, length_, frame_.positions);
    };
  if (shared) together.emplace(model_, frame_, shared, layer, Projection::key, live_k, ablation(), known);
  const auto project = [&](const GroupPlan* plan, Projection which, const std::vector<uint8_t>& live, bool may_share) {
    if (together && may_share) return together->project(which);
    return ReaderInput(model_, frame_, plan, layer, which, live, ablation(), known).project(which);
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
      return x.index_select(2, at::tensor(rows, at::kLong).to(x.device()));
    };
    q = chosen(q);
    k = chosen(k);
    v = chosen(v);
  }
  const BlockWeights& block = model_.weights().blocks[layer];
  if (gradients_) {
    Saved& saved = saved_[layer];
    saved.resid_attention = resid;
    saved.resid_queries = frame_.resid;
    const at::AutoGradMode record(true);
    saved.q = q.detach().requires_grad_();
    saved.k = k.detach().requires_grad_();
    saved.v = v.detach().requires_grad_();
    saved.z = attention_->attend(block, layer, saved.q, saved.k, saved.v, frame_.positions, kept_prefix_.get());
    heads.z = saved.z.detach();
  } else {
    heads.z = attention_->attend(block, layer, q, k, v, frame_.positions, kept_prefix_.get());
  }
  heads.z = heads.z.reshape({frame_.n(), static_cast<int64_t>(heads.run.size()), config_.d_head});
  return heads;
}

at::Tensor Pass::ablated_outputs(int64_t first, int64_t count) const {
  if (!plan_) return {};
  const at::Tensor& sources = request_.patch->ablation->sources();
  const at::Tensor part = sources.narrow(0, first, count).flatten(1, 2);
  return frame_.length() == length_ ? part : at_positions(part, 1, length_, frame_.positions);
}

// A source's output becomes its delta (or stays as it is, where nothing is patched).
void Pass::record(int64_t source, const at::Tensor& output) {
  if (!frame_.delta.late.defined()) return;
  if (!live_.delta[source]) return;
  at::Tensor slot = frame_.delta.late.select(0, source - frame_.delta.first_late);
  if (!plan_) {
    slot.copy_(output);
    return;
  }
  const at::Tensor ablated = ablated_outputs(source, 1)[0];
  const auto per_example = [&](const at::Tensor& x) { return x.view({-1, ablated.size(0), config_.d_model}); };
  at::Tensor deltas = per_example(slot);
  at::sub_out(deltas, ablated.unsqueeze(0), per_example(output));
}

void Pass::write_heads(int64_t layer, const Heads& heads) {
  const BlockWeights& block = model_.weights().blocks[layer];
  const int64_t first = order_.heads(layer), count = config_.heads;
  const bool summed = live_.resid[config_.parallel ? attention_point(layer) + 2 : attention_point(layer) + 1];
  int64_t wanted = 0;
  for (int64_t head = 0; head < count; head++) wanted += live_.delta[first + head];
  const bool all_run = static_cast<int64_t>(heads.run.size()) == count && !heads.kept;

  if (all_run) {
    at::Tensor total, factor;
    if (block.ln1_post.scale.defined() || 2 * wanted <= count) {
      if (summed || block.ln1_post.scale.defined()) total = attention_total(block, heads.z);
      if (block.ln1_post.scale.defined()) factor = post_factor(config_, block.ln1_post, total);
    }
    if (2 * wanted <= count) {
      if (summed) frame_.resid = frame_.resid + (factor.defined() ? total * factor : total);
      for (int64_t head = 0; head < count; head++) {
        at::Tensor out;
        if (live_.delta[first + head]) {
          out = at::mm(heads.z.select(1, head), block.w_o.narrow(0, head * config_.d_head, config_.d_head));
          if (factor.defined()) out = out * factor;
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
    const at::Tensor out = at::mm(heads.z.select(1, static_cast<int64_t>(i)), block.w_o.narrow(0, head * config_.d_head, config_.d_head));
    write(head, out);
    written[head] = 1;
    if (!heads.rows[head]) continue;
    // The same under every mask: the next pass finds it.
    const at::Tensor once = out.narrow(0, 0, kept_rows).clone();
    const at::Tensor ablated = ablated_outputs(first + head, 1)[0];
    kept->set(head, *heads.rows[head], once, (ablated.unsqueeze(0) - once.view({-1, ablated.size(0), config_.d_model})).flatten(0, 1));
  }
  if (!heads.constant.empty()) {
    at::Tensor outputs = ablation()->cache().head_outputs(model_, layer);
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

at::Tensor Pass::run_mlp(int64_t layer) {
  if (!live_.mlp[layer]) return {};
  const BlockWeights& block = model_.weights().blocks[layer];
  const GroupPlan* plan = find(Reader::mlp, layer);
  if (plan && plan->rows[0] == RowKind::ablated) {
    at::Tensor out = ablation()->cache().mlp_output(model_, layer);
    if (frame_.length() != length_) out = at_positions(out, 0, length_, frame_.positions);
    return out.size(0) == frame_.n() ? out : out.repeat({frame_.n() / out.size(0), 1});
  }
  const ReaderInput input(model_, frame_, plan, layer, Projection::mlp_in, {1}, ablation());
  at::Tensor in = input.project(Projection::mlp_in);
  at::Tensor gate = block.w_gate.defined() ? input.project(Projection::mlp_gate) : at::Tensor();
  at::Tensor hidden;
  if (gradients_) {
    const at::AutoGradMode record(true);
    Saved& saved = saved_[layer];
    saved.resid_mlp = frame_.resid;
    saved.in = in.detach().requires_grad_();
    if (gate.defined()) saved.gate = gate.detach().requires_grad_();
    saved.hidden = hidden_units(config_.activation, saved.in, saved.gate);
    hidden = saved.hidden.detach();
  } else {
    hidden = hidden_units(config_.activation, in, gate);
  }
  const at::Tensor raw = apply({block.w_out, block.b_out}, hidden);
  if (gradients_ && block.ln2_post.scale.defined()) saved_[layer].mlp_raw = raw;
  return post_normed(config_, block.ln2_post, raw);
}

void Pass::write_mlp(int64_t layer, const at::Tensor& out) {
  if (out.defined() && live_.resid[attention_point(layer) + 2]) frame_.resid = frame_.resid + out;
  record(order_.mlp(layer), out);
}

// Unfactorised graphs: the stream itself is replaced where a patched edge ends.
void Pass::read_residual(Reader reader, int64_t layer) {
  const GroupPlan* plan = find(reader, layer);
  if (!plan || plan->all(RowKind::plain)) return;
  frame_.resid = patched_inputs(model_, frame_, *plan, 0, {0}, *ablation(), Norm{})[0];
}

at::Tensor Pass::end_input() {
  end_resid_ = frame_.resid;
  const GroupPlan* plan = find(Reader::end, config_.layers - 1);
  if (!plan || plan->all(RowKind::plain)) return frame_.resid;
  if (plan->rows[0] == RowKind::ablated) {
    at::Tensor x = ablation()->cache().resid(model_, end_point(config_));
    if (frame_.length() != length_) x = at_positions(x, 0, length_, frame_.positions);
    return x.size(0) == frame_.n() ? x : x.repeat({frame_.n() / x.size(0), 1});
  }
  return patched_inputs(model_, frame_, *plan, end_point(config_), {0}, *ablation(), Norm{})[0];
}

// The rows of x [N, d_model] that outputs are asked for.
at::Tensor Pass::output_rows(const at::Tensor& x) const {
  if (!request_.positions || narrowed_) return x;
  return at_positions(x, 0, frame_.length(), *request_.positions);
}

at::Tensor Pass::logits(const at::Tensor& rows) {
  const Weights& weights = model_.weights();
  at::Tensor out = apply({weights.unembed, weights.unembed_bias}, rows);
  if (config_.final_softcap > 0) {
    out = at::tanh(out / config_.final_softcap) * config_.final_softcap;
    if (gradients_) raw_logits_ = out;
  }
  return out.view({batch_, -1, config_.d_vocab_out});
}

at::Tensor Pass::collected_sources() const {
  const at::Tensor late = frame_.delta.late.view({order_.count(), batch_, length_, config_.d_model});
  return plan_ ? request_.patch->ablation->sources() - late : late;
}

}  // namespace autocircuit
