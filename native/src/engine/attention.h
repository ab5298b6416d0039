#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

#include "engine/config.h"
#include "engine/forward_request.h"
#include "engine/hooks.h"
#include "engine/rotary.h"
#include "engine/weights.h"

namespace autocircuit {

// Who may attend to whom in a pass, and where each token stands in its text: made once, used by every block.
class AttentionContext {
 public:
  // Queries that see one key, which is their own position's: their rows of [B * Pq], and that key's of [B * P]. int64, perhaps none.
  struct LoneQueries {
    at::Tensor rows, keys;
  };

  AttentionContext(const TransformerConfig& config, const Weights& weights, int64_t seq_len, const at::Tensor& padding,
                   std::shared_ptr<const Prefix> prefix);

  // Position of each token in its own text: counted from the prefix's start, left padding not counted. [1 or B, P], int64.
  const at::Tensor& text_positions() const { return text_positions_; }

  // z of the given query heads. q [B, Pq, Hq, dHead] at `query_positions`, k and v [B, P, Hk, dHead] before norm and rotation;
  // `heads` are the query heads' numbers; Hk is the model's number of key/value heads if they are all, or one per query head.
  // Returns [B, Pq, Hq, dHead]. Keys and values after rotation are kept in `keep` when it is given; `hooks` visit rotated queries and
  // keys, scores and patterns.
  at::Tensor attend(const BlockWeights& weights, int64_t block, at::Tensor q, at::Tensor k, at::Tensor v,
                    const std::vector<int64_t>& query_positions, const std::vector<int64_t>& heads, Prefix* keep = nullptr,
                    Hooks* hooks = nullptr) const;
  const LoneQueries& lone_queries(int64_t block, int64_t batch, const std::vector<int64_t>& query_positions) const;

 private:
  int64_t window_of(int64_t block) const { return config_.window.empty() ? 0 : config_.window[block]; }
  // Boolean [1 or B, 1, Pq, prefix + P], true where attention is allowed; undefined when every pair is.
  at::Tensor allowed(int64_t window, const std::vector<int64_t>& query_positions) const;
  const Rotation& rotation(int64_t block, const std::vector<int64_t>& positions) const;

  const TransformerConfig& config_;
  const Weights& weights_;
  const int64_t seq_len_;
  const at::Tensor padding_;
  const std::shared_ptr<const Prefix> prefix_;
  const int64_t prefix_seq_len_;
  at::Tensor text_positions_;
  // Made when first asked for: by window and queries, and by kind of block and positions.
  using AtPositions = std::pair<int64_t, std::vector<int64_t>>;
  mutable std::map<AtPositions, at::Tensor> allowed_;
  mutable std::map<AtPositions, LoneQueries> lone_;
  mutable std::map<AtPositions, Rotation> rotations_;
};

}  // namespace autocircuit
