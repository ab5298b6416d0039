#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <utility>
#include <vector>

#include "engine/backward_rules.h"
#include "engine/edge_gradients.h"
#include "engine/frame.h"
#include "engine/latent_gradients.h"
#include "engine/pass_plan.h"
#include "engine/projections.h"
#include "engine/tape.h"

namespace autocircuit {

// The way back through what a forward pass left: the gradient of the stream, block by block, and on its way those of all edges.
class BackwardPass {
 public:
  // The plan outlives the pass.
  BackwardPass(const PassPlan& plan, Tape tape);
  BackwardPass(const BackwardPass&) = delete;

  // From the gradient of the logits [B, positions, d_vocab_out], and of the sum of latents [B, P] or undefined, to that of the mask, in the
  // mask's shape. Once.
  at::Tensor run(const at::Tensor& grad_logits, const at::Tensor& grad_activity);

  const PassGradients& gradients() const { return gradients_; }
  // Of the leaves of autoencoders, where these get any, in the leaves' order and shapes; after it.
  std::vector<at::Tensor> autoencoder_gradients() const;

 private:
  // Gradient of what a projection gave, [N, columns].
  using ProjectionGrad = std::pair<Projection, at::Tensor>;
  struct GroupGrads {
    const GroupPlan* plan;  // null where the graph has none: one row for all heads
    std::vector<ProjectionGrad> outputs;
  };
  // Gradients of inputs that are contracted beside those of the heads that flow after them: the deltas that both read then come from
  // memory once. In the order in which they flowed, so that the first read the most sources.
  struct WaitingRows {
    std::vector<const GroupPlan*> plans;
    std::vector<at::Tensor> rows;  // [rows of the plan's groups, N, D]
    int64_t count = 0;
  };
  // Gradients of what the MLP or attention gives and, of a transcoder, of its input; undefined where nothing flows.
  struct ReplacedGrads {
    at::Tensor out, input;
  };

  // backward_pass.cc
  void through_end(const at::Tensor& grad_logits);
  void through_block(int64_t block);
  void through_residual_group(GroupKind kind, int64_t block);
  void widen();

  // backward_block.cc
  void through_mlp(int64_t block, const at::Tensor& out_grad);
  void through_neurons(int64_t block, at::Tensor grad, std::vector<ProjectionGrad>& outputs) const;
  void through_attention(int64_t block, const at::Tensor& out_grad, const at::Tensor& bias_grad);
  std::vector<at::Tensor> through_pattern(int64_t block, const at::Tensor& z_grad) const;
  at::Tensor through_heads(int64_t block, const at::Tensor& out_grad, const at::Tensor& bias_grad);

  // backward_latents.cc
  ReplacedGrads through_latents_of_mlp(int64_t block, const at::Tensor& out_grad, const at::Tensor& error_grad);
  at::Tensor before_post_norm(const NormWeights& norm, const at::Tensor& x, const at::Tensor& grad, const at::Tensor& scale_grad) const;
  at::Tensor through_latents_of_attention(int64_t block, const at::Tensor& out_grad);
  void through_latents_of_stream(int64_t block);

  // backward_groups.cc
  void flow_groups(int64_t block, const at::Tensor& resid, const std::vector<GroupGrads>& groups);
  at::Tensor row_grads(int64_t rows, int64_t n);
  void add_projection_gradient_(at::Tensor& grad, int64_t block, const ProjectionGrad& projection, bool is_first) const;
  void input_gradient_(at::Tensor& grad, const GroupPlan* plan, int64_t block, const std::vector<ProjectionGrad>& outputs,
                       const at::Tensor& resid) const;
  void through_norm_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) const;
  void flow(const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  void add_to_stream(const at::Tensor& grad);
  void take_from_sources(const GroupPlan& plan, const at::Tensor& grad);
  void flow_to_sources(const GroupPlan& plan, const at::Tensor& grad, const at::Tensor& factors);

  // backward_plain_rows.cc
  bool are_plain(const std::vector<const GroupPlan*>& plans, const at::Tensor& resid) const;
  void flow_plain_groups(int64_t block, const at::Tensor& resid, const std::vector<GroupGrads>& groups,
                         const std::vector<const GroupPlan*>& plans, int64_t rows);
  const GroupPlan* heads_to_wait_for(int64_t block, const GroupPlan& from, const at::Tensor& resid) const;
  bool may_wait(int64_t block, bool of_mlp, const std::vector<const GroupPlan*>& plans, int64_t rows, const at::Tensor& resid) const;

  const PassPlan& pass_;
  const Transformer& model_;
  const TransformerConfig& config_;
  const BackwardRules& rules_;
  Tape tape_;
  Frame frame_;                             // where the sweep is now
  std::optional<LatentGradients> latents_;  // of a network with autoencoders
  PassGradients gradients_;
  at::Tensor row_grads_;  // scratch
  WaitingRows waiting_;
};

}  // namespace autocircuit
