#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/frame.h"
#include "engine/latent_gradients.h"
#include "engine/pass_plan.h"

namespace autocircuit {

// What a backward pass gives, added up on its way: the gradient of the mask and, where leaves of the patch stand for them, of the ablation
// and of the sources' own outputs.
class PassGradients {
 public:
  // `latents` of a network with autoencoders, else null: the columns of its latents are theirs.
  PassGradients(const PassPlan& plan, LatentGradients* latents);

  // Gradients of the inputs [rows of all plans, N, D] of groups that read the same sources, contracted with these sources' deltas;
  // nothing where the graph has no such groups (null).
  void contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  // Products that were contracted already [buckets, rows of all plans, at least as many sources as any of them reads].
  void add_products(const std::vector<const GroupPlan*>& plans, const at::Tensor& products);
  // grad [count, N, D], or [N, D] of one, of what sources write.
  void keep_outputs(const Frame& frame, int64_t source, int64_t count, const at::Tensor& grad);
  void divide(const at::Tensor& scale);

  // What the gradients of a group's inputs are contracted with [sources, N, D].
  at::Tensor deltas_of(const Frame& frame, const GroupPlan& plan) const;
  // Products are summed by mask and token: the number of such buckets, and which one each row of the batch belongs to; empty where there
  // is one.
  int64_t bucket_count() const;
  std::vector<int64_t> bucket_of(const Frame& frame) const;

  // In the mask's shape. Once, at the end; throws an Error not_finite for a gradient that is not.
  at::Tensor of_mask();
  // Of their leaves' shapes; undefined where there is no leaf.
  at::Tensor of_ablation() const;
  at::Tensor of_outputs() const;

 private:
  void add_to_ablation(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);

  const PassPlan& pass_;
  const Patch& patch_;
  LatentGradients* const latents_;
  at::Tensor mask_;                // [M, E] of ordinary sources
  at::Tensor directions_;          // [S, N, D] of all positions, or undefined
  at::Tensor ablation_, outputs_;  // the same
};

}  // namespace autocircuit
