#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/launches.h"
#include "engine/outputs.h"
#include "kernels/cpu/products.h"
#include "operators/operators.h"

// What the heads of a block write: their sum to the stream, and each one's output as a delta where somebody needs it.
namespace autocircuit {

bool ForwardPass::reads_heads_sum(int64_t block) const {
  return pass_.live.resid[config_.parallel ? attention_point(block) + 2 : attention_point(block) + 1];
}

// [n, D] once per mask.
at::Tensor ForwardPass::per_mask(const at::Tensor& rows) const { return pass_.masks > 1 ? rows.repeat({pass_.masks, 1}) : rows.clone(); }

void ForwardPass::write_heads(int64_t block, const Heads& heads) {
  if (static_cast<int64_t>(heads.run.size()) != config_.heads || heads.kept) return write_some_heads(block, heads);
  const BlockWeights& weights = model_.weights().blocks[block];
  const int64_t first = pass_.order.heads(block), count = config_.heads;
  int64_t wanted = 0;
  for (int64_t head = 0; head < count; head++) wanted += pass_.live.delta[first + head];
  const bool one_by_one = is_bound_by_launches(weights.w_o.device(), frame_.n()) ? wanted <= 1 : 2 * wanted <= count;
  if (one_by_one) write_sum_of_heads(block, heads.z);
  else write_all_heads(block, heads.z);
}

// One product for the sum, and one for each head that is needed alone.
void ForwardPass::write_sum_of_heads(int64_t block, const at::Tensor& z) {
  const BlockWeights& weights = model_.weights().blocks[block];
  const bool summed = reads_heads_sum(block);
  at::Tensor total, factor;
  if (summed || weights.ln1_post.scale.defined()) total = attention_total(weights, z);
  if (weights.ln1_post.scale.defined()) factor = post_factor(config_, weights.ln1_post, total);
  if (summed) frame_.resid = frame_.resid + (factor.defined() ? times_factor(total, factor) : total);
  const int64_t first = pass_.order.heads(block);
  for (int64_t head = 0; head < config_.heads; head++) {
    at::Tensor out;
    if (pass_.live.delta[first + head]) {
      out = product(z.select(1, head), weights.w_o.narrow(0, head * config_.d_head, config_.d_head));
      if (factor.defined()) out = times_factor(out, factor);
    }
    record(first + head, out);
  }
}

// Every head's output, straight to where the deltas are, and their sum from there.
void ForwardPass::write_all_heads(int64_t block, const at::Tensor& z) {
  const BlockWeights& weights = model_.weights().blocks[block];
  const int64_t first = pass_.order.heads(block), count = config_.heads;
  at::Tensor total, factor;
  if (weights.ln1_post.scale.defined()) {
    total = attention_total(weights, z);
    factor = post_factor(config_, weights.ln1_post, total);
  }
  at::Tensor outputs = frame_.delta.late.narrow(0, first - frame_.delta.first_late, count);
  head_products(weights, z, outputs);
  if (factor.defined()) outputs.mul_(factor);
  const bool summed = reads_heads_sum(block);
  at::Tensor resid;
  if (summed) {
    resid = frame_.resid.clone();
    if (weights.b_o.defined()) resid.add_(factor.defined() ? weights.b_o * factor : weights.b_o);
  }
  absorb_outputs_(outputs, ablated_outputs(first, count), resid);
  if (summed) frame_.resid = resid;
}

// The outputs of heads that ran, of those that the kept run knows, and of those that are the same in all passes. From a kept run the sum is
// known, but for what some heads give instead.
void ForwardPass::write_some_heads(int64_t block, const Heads& heads) {
  const BlockWeights& weights = model_.weights().blocks[block];
  const int64_t first = pass_.order.heads(block), count = config_.heads;
  const bool summed = reads_heads_sum(block);
  KeptHeads* const kept = heads.kept;
  at::Tensor resid;
  if (summed && kept) resid = per_mask(kept->after);
  else if (summed) resid = weights.b_o.defined() ? frame_.resid + weights.b_o : frame_.resid.clone();
  const auto by_mask = [&](const at::Tensor& rows) { return rows.view({pass_.masks, -1, config_.d_model}); };
  const auto write = [&](int64_t head, const at::Tensor& out) {
    if (summed) resid.add_(out);
    if (summed && kept) by_mask(resid).sub_(kept->outputs[head]);
    record(first + head, out);
  };
  std::vector<uint8_t> written(count);
  for (const int64_t head : heads.known) {
    written[head] = 1;
    if (pass_.live.delta[first + head])
      by_mask(frame_.delta.late.select(0, first + head - frame_.delta.first_late)).copy_(kept->deltas[head]);
  }
  const int64_t kept_rows = frame_.n() / pass_.masks;
  for (size_t i = 0; i < heads.run.size(); i++) {
    const int64_t head = heads.run[i];
    const at::Tensor out =
        product(heads.z.select(1, static_cast<int64_t>(i)), weights.w_o.narrow(0, head * config_.d_head, config_.d_head));
    write(head, out);
    written[head] = 1;
    if (!heads.rows[head]) continue;
    // The same under every mask: the next pass finds it.
    const at::Tensor once = out.narrow(0, 0, kept_rows).clone();
    const at::Tensor ablated = ablated_outputs(first + head, 1)[0];
    kept->set(head, *heads.rows[head], once, (ablated.unsqueeze(0) - once.view({-1, ablated.size(0), config_.d_model})).flatten(0, 1));
  }
  if (!heads.constant.empty()) {
    at::Tensor outputs = pass_.ablated->head_outputs(block);
    if (frame_.seq_len() != pass_.seq_len) outputs = at_positions(outputs, 1, pass_.seq_len, frame_.positions);
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
