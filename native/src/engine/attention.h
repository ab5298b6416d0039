#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

#include "engine/config.h"
#include "engine/forward_request.h"
#include "engine/hooks.h"
#include "engine/weights.h"

namespace autocircuit {

// Who may attend to whom in a pass, and where each token stands in its text: made once, used by every block.
class AttentionContext {
 public:
  AttentionContext(const TransformerConfig& config, const Weights& weights, int64_t length, const at::Tensor& padding,
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

 private:
  // What is of all P positions along `dim`, of the queries' alone.
  at::Tensor of_queries(const at::Tensor& x, int64_t dim, const std::vector<int64_t>& query_positions) const;
  // Boolean [1 or B, 1, Pq, prefix + P], true where attention is allowed; undefined when every pair is.
  at::Tensor allowed(int64_t window, const std::vector<int64_t>& query_positions) const;
  // Boolean [1 or B, 1, Pq, 1], true for queries that see one key, which is their own position's; undefined where there are none.
  at::Tensor alone(int64_t window, const std::vector<int64_t>& query_positions) const;
  // z [B, H, Pq, dHead] of all heads, as a function of v alone where a query sees one key: its pattern is 1 whatever queries and keys are.
  // LibTorch's backward of the softmax leaves these rounding, of which optimisers that divide by the size of gradients make full steps.
  at::Tensor constant_where_alone(const at::Tensor& z, const at::Tensor& v, int64_t window,
                                  const std::vector<int64_t>& query_positions) const;

  const TransformerConfig& config_;
  const Weights& weights_;
  const int64_t length_;
  const at::Tensor padding_;
  const std::shared_ptr<const Prefix> prefix_;
  const int64_t prefix_length_;
  at::Tensor text_positions_;
  // By window and queries, made when first asked for.
  mutable std::map<std::pair<int64_t, std::vector<int64_t>>, at::Tensor> allowed_, alone_;
};

}  // namespace autocircuit
