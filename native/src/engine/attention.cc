#include "engine/attention.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "devices/device_index.h"
#include "engine/attention_core.h"
#include "engine/wide.h"

namespace autocircuit {
namespace {

// Root-mean-square norm of queries or keys x [B, P, heads, d_head], per head or over all heads together. Keys may come once
// per query head: then each key head's scale serves its group, and the mean, over equal repeats, is that of the key heads.
at::Tensor qk_normed(const at::Tensor& x, const at::Tensor& scale, QkNorm kind, double eps) {
  if (kind == QkNorm::none) return x;
  const at::Tensor wide = widened(x);  // squares of float16 end at 255
  if (kind == QkNorm::head) return (wide * at::rsqrt(at::mean(wide * wide, -1, true) + eps) * scale).to(x.scalar_type());
  const at::Tensor of_heads = scale.view({-1, x.size(3)});
  const at::Tensor normed = wide * at::rsqrt(at::mean(wide * wide, {2, 3}, true) + eps);
  return (normed * of_heads.repeat_interleave(x.size(2) / of_heads.size(0), 0)).to(x.scalar_type());
}

}  // namespace

AttentionContext::AttentionContext(const TransformerConfig& config, const Weights& weights, int64_t seq_len, const at::Tensor& padding,
                                   std::shared_ptr<const Prefix> prefix)
    : config_(config), weights_(weights), seq_len_(seq_len), padding_(padding), prefix_(std::move(prefix)),
      prefix_seq_len_(prefix_ ? prefix_->seq_len : 0) {
  const at::Tensor positions = at::arange(prefix_seq_len_, prefix_seq_len_ + seq_len, weights.options.dtype(at::kLong)).unsqueeze(0);
  text_positions_ = padding_.defined() ? (positions - padding_.unsqueeze(1)).clamp_min(0) : positions;
}

at::Tensor AttentionContext::allowed(int64_t window, const std::vector<int64_t>& query_positions) const {
  if (!config_.causal && !padding_.defined()) return {};
  at::Tensor& mask = allowed_[{window, query_positions}];
  if (mask.defined()) return mask;
  const at::TensorOptions longs = text_positions_.options();
  const at::Tensor query = (index_on(longs.device(), query_positions) + prefix_seq_len_).unsqueeze(1);  // [Pq, 1]
  const at::Tensor key = at::arange(prefix_seq_len_ + seq_len_, longs).unsqueeze(0);                    // [1, Pk]
  mask = config_.causal ? key <= query : at::ones_like(key <= query);
  if (window > 0) mask = mask & (query - key < window);
  mask = mask.unsqueeze(0);
  if (padding_.defined())  // a padded query attends to itself alone, so that its (unused) row stays finite
    mask = (mask & (key.unsqueeze(0) >= padding_.view({-1, 1, 1}))) | (query == key).unsqueeze(0);
  mask = mask.unsqueeze(1);
  return mask;
}

const Rotation& AttentionContext::rotation(int64_t block, const std::vector<int64_t>& positions) const {
  const int64_t kind = rotary_kind(config_.rotary, block);
  const auto [found, is_new] = rotations_.try_emplace({kind, positions});
  if (!is_new) return found->second;
  const at::Tensor in_text = text_positions_.index_select(1, index_on(text_positions_.device(), positions));
  return found->second = rotation_at(in_text, config_.rotary, weights_, kind);
}

const AttentionContext::LoneQueries& AttentionContext::lone_queries(int64_t block, int64_t batch,
                                                                    const std::vector<int64_t>& query_positions) const {
  const auto [found, is_new] = lone_.try_emplace({window_of(block), query_positions});
  if (!is_new) return found->second;
  const int64_t queries = static_cast<int64_t>(query_positions.size());
  const at::Tensor mask = allowed(window_of(block), query_positions);
  const at::Tensor alone = mask.defined()
                               ? mask.sum(-1).eq(1).view({-1, queries})
                               : at::full({1, queries}, prefix_seq_len_ + seq_len_ == 1, text_positions_.options().dtype(at::kBool));
  const at::Tensor rows = at::nonzero(alone.expand({batch, queries}).flatten()).flatten();
  const at::Tensor position = index_on(rows.device(), query_positions).index_select(0, at::remainder(rows, queries));
  found->second = {rows, at::floor_divide(rows, queries) * seq_len_ + position};
  return found->second;
}

at::Tensor AttentionContext::attend(const BlockWeights& weights, int64_t block, at::Tensor q, at::Tensor k, at::Tensor v,
                                    const std::vector<int64_t>& query_positions, const std::vector<int64_t>& heads, Prefix* keep,
                                    Hooks* hooks) const {
  const auto hooked = [&](Hook hook, const at::Tensor& x) { return hooks && hooks->at(hook, block) ? hooks->visit(hook, block, x) : x; };
  const int64_t query_heads = q.size(2);
  q = qk_normed(q, weights.q_norm, config_.qk_norm, config_.eps);
  k = qk_normed(k, weights.k_norm, config_.qk_norm, config_.eps);
  if (config_.positions == PositionKind::rotary) {
    std::vector<int64_t> all(seq_len_);
    std::iota(all.begin(), all.end(), 0);
    q = hooked(Hook::rot_q, rotated(q, rotation(block, query_positions), config_.rotary));
    k = hooked(Hook::rot_k, rotated(k, rotation(block, all), config_.rotary));
  }
  q = q.transpose(1, 2);
  k = k.transpose(1, 2);
  v = v.transpose(1, 2);
  if (prefix_) {
    const auto joined = [&](const at::Tensor& cached, const at::Tensor& x) {
      // Several masks: the batch comes once per mask, and so do prefixes of single examples.
      at::Tensor before = cached.size(0) == 1 || cached.size(0) == x.size(0) ? cached.expand({x.size(0), -1, -1, -1})
                                                                             : cached.repeat({x.size(0) / cached.size(0), 1, 1, 1});
      if (static_cast<int64_t>(heads.size()) < config_.heads) {
        // Only some heads run: the cached keys and values of these, one per query head as in x.
        std::vector<int64_t> chosen;
        for (const int64_t head : heads) chosen.push_back(head * before.size(1) / config_.heads);
        before = before.index_select(1, index_on(before.device(), chosen));
      } else if (before.size(1) != x.size(1)) {
        before = before.repeat_interleave(x.size(1) / before.size(1), 1);
      }
      return at::cat({before, x}, 2);
    };
    k = joined(prefix_->keys[block], k);
    v = joined(prefix_->values[block], v);
  }
  if (keep) {
    keep->keys.push_back(k.contiguous());
    keep->values.push_back(v.contiguous());
  }
  const at::Tensor mask = allowed(window_of(block), query_positions);
  at::Tensor z;
  if (config_.attn_softcap > 0 || (hooks && (hooks->at(Hook::attn_scores, block) || hooks->at(Hook::pattern, block)))) {
    k = for_each_query_head(k, query_heads);
    v = for_each_query_head(v, query_heads);
    at::Tensor scores = at::matmul(widened(q), widened(k).transpose(-1, -2)) / config_.attn_scale;
    if (config_.attn_softcap > 0) scores = at::tanh(scores / config_.attn_softcap) * config_.attn_softcap;
    if (mask.defined()) scores = scores.masked_fill(mask.logical_not(), -std::numeric_limits<double>::infinity());
    const at::Tensor pattern = hooked(Hook::pattern, at::softmax(hooked(Hook::attn_scores, scores), -1));
    z = at::matmul(pattern, widened(v)).to(v.scalar_type());
  } else {
    z = attention_core(q, k, v, mask, 1.0 / config_.attn_scale);
  }
  return z.transpose(1, 2);
}

}  // namespace autocircuit
