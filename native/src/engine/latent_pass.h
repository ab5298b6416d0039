#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "engine/ablation_cache.h"
#include "engine/cross_layer_writes.h"
#include "engine/frame.h"
#include "engine/latent_graph.h"
#include "engine/latent_lists.h"
#include "engine/transformer.h"

namespace autocircuit {

// The latents of one pass. Latent l of an autoencoder writes a[l] * decoder[l] (behind a norm a[l] is the activation times what the norm
// multiplies the token by, so that it is another in each run even where the activation is the same), so no output of a latent is ever
// made: a patched row adds ((m * (ablated - a)) @ decoder) to its input, and the mask's gradient is <gradient of the input, decoder> *
// (ablated - a).
//
// The floor: a token has some K latents that are not zero in one of both runs, of the thousands there are. For R rows of a group an
// autoencoder's latents take 2 R K D operations a token, in the forward pass where the rows are patched and in the backward pass for the
// products, as much as an ordinary source of K outputs; and K D numbers of the decoder are gathered, which bounds it where R is small.
// Memory is that of the activations, [batch * positions, latents] each, and of the mask.
class LatentPass {
 public:
  // Takes latents out of the request's patch: what is left is one of ordinary sources.
  LatentPass(const Transformer& model, ForwardRequest& request, bool gradients);

  const at::Tensor& mask() const { return given_mask_; }  // of the table, as it was given
  void reclassify(MaskPlan& plan, PlanKind kind) const { graph_->reclassify(plan, mask_, kind); }

  // From what an autoencoder reads [N, n] what its latents and its bias write [N, D]. `ablated` where the pass patches; `post_scale`
  // [N, 1] where a norm stands behind.
  at::Tensor write(int64_t number, const at::Tensor& x, const Frame& frame, AblationCache* ablated, const at::Tensor& post_scale = {});
  // Adds what patched edges from latents change, to the inputs [rows, N, D] of some rows of a group.
  void add_to_rows(at::Tensor& inputs, const Frame& frame, const GroupPlan& plan, const std::vector<int64_t>& rows) const;
  // Behind the outputs of the ordinary sources [S, B, P, D], what multiplies the decoders' rows, as rows of D numbers.
  at::Tensor behind(const at::Tensor& sources) const;
  // Of all autoencoders side by side [N, latents], where they were asked for.
  at::Tensor activations() const;

  // Gradients of the inputs [rows of all plans, N, D] into that of the mask.
  void contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  // The same into the latents that patched rows read, (1 - m) of each.
  void flow(const Frame& frame, const GroupPlan& plan, const at::Tensor& grad);
  // Gradients of what the autoencoder reads [N, n] and of `post_scale` [N, 1], from that of the sum its latents write to [N, D], and what
  // rows added.
  struct Grads {
    at::Tensor input, post_scale;
  };
  Grads backward(int64_t number, const at::Tensor& grad, const Frame& frame, const at::Tensor& post_scale = {});
  // Of the whole mask [M, E], from that of its ordinary sources.
  at::Tensor whole_gradient(const at::Tensor& ordinary);

  // latent_training.cc, where autoencoders have leaves. The sum of all latents at each token [N], and the gradient that comes with it.
  bool trains() const { return trains_; }
  const at::Tensor& activity() const { return activity_; }
  void start_backward(const at::Tensor& grad_activity) { activity_grad_ = grad_activity.reshape({-1, 1}); }
  // After the backward pass, in the order and the shapes of the leaves.
  std::vector<at::Tensor> gradients() const;

 private:
  at::Tensor cells(const Frame& frame, const PatchGroup& group, int64_t number, const at::Tensor& columns,
                   const std::vector<int64_t>& rows) const;
  LatentLists in_frame(int64_t number, const Frame& frame) const;
  bool crosses_layers(int64_t number) const;
  at::Tensor written_by(int64_t number, const Frame& frame);
  void add_gradient(int64_t number, const Frame& frame, const at::Tensor& part);
  void keep_for_training(int64_t number, const at::Tensor& x, const at::Tensor& latents);
  void train(int64_t number, const at::Tensor& grad, const at::Tensor& of_latents);

  const Autoencoders& autoencoders_;
  const int64_t length_;
  int64_t masks_ = 1, batch_ = 0;
  std::shared_ptr<const PatchGraph> table_;
  std::optional<LatentGraph> graph_;
  at::Tensor given_mask_;
  at::Tensor mask_;        // [M, E of the table], where the network computes
  at::Tensor directions_;  // packed, of the request
  bool keeps_written_, keeps_activations_;
  std::vector<LatentLists> lists_;       // per autoencoder
  std::vector<at::Tensor> gradients_;    // per autoencoder [N, K] what patched rows add to each entry's; undefined where none does
  std::vector<at::Tensor> activations_;  // per autoencoder [N, L], where they are asked for
  std::vector<at::Tensor> written_;      // the same, as they multiply rows of the decoder
  CrossLayerWrites cross_layer_;
  at::Tensor mask_gradient_;  // [M * E of the table]
  bool trains_ = false;
  const Weights& weights_;
  std::vector<at::Tensor> inputs_;            // per autoencoder [N, n], what it read
  at::Tensor activity_, activity_grad_;       // [N], [N, 1] or undefined
  std::vector<at::Tensor> leaves_, trained_;  // four for each autoencoder
};

// Latents of an autoencoder out of rows behind the ordinary sources' [X, B, P, D]: [B * P, L].
at::Tensor unpacked(const at::Tensor& rows, const Autoencoders& autoencoders, int64_t number);

}  // namespace autocircuit
