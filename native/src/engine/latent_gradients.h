#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "engine/cross_layer_writes.h"
#include "engine/frame.h"
#include "engine/latent_tape.h"
#include "engine/pass_plan.h"

namespace autocircuit {

// The gradients of latents, of the mask's edges from them and of what autoencoders are made of, added up on a backward pass's way.
class LatentGradients {
 public:
  // The plan, with latents of a patch, and the tape outlive this.
  LatentGradients(const PassPlan& pass, const LatentTape& tape);

  // Takes the gradient of the sum of latents [B, P], before all others.
  void start(const at::Tensor& grad_activity) { activity_ = grad_activity.reshape({-1, 1}); }

  // Gradients of the inputs [rows of all plans, N, D] of groups that read at one point into that of the mask.
  void contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  // The same into the latents that patched rows read, (1 - m) of each.
  void flow(const Frame& frame, const GroupPlan& plan, const at::Tensor& grad);
  // Gradients of what the autoencoder reads [N, n] and of `post_scale` [N, 1], from that of the sum its latents write to [N, D], and what
  // rows added.
  struct OfAutoencoder {
    at::Tensor input, post_scale;
  };
  OfAutoencoder through(int64_t number, const at::Tensor& grad, const Frame& frame, const at::Tensor& post_scale = {});

  // At the end: of the whole mask [M, E], from that of its ordinary sources.
  at::Tensor of_mask(const at::Tensor& ordinary) const;
  // In the order and the shapes of the leaves.
  std::vector<at::Tensor> of_leaves() const;

 private:
  void add_to_entries(int64_t number, const Frame& frame, const at::Tensor& part);
  // latent_training.cc
  void train(int64_t number, const at::Tensor& grad, const at::Tensor& of_entries);

  const PassPlan& pass_;
  const Autoencoders& autoencoders_;
  const LatentTape& tape_;
  std::vector<at::Tensor> entries_;  // per autoencoder [N, K] what patched rows add to each entry's; undefined where none does
  at::Tensor mask_;                  // [M * E of the table]
  at::Tensor activity_;              // [N, 1], or undefined
  std::vector<at::Tensor> trained_;  // of each leaf
  CrossLayerGradients cross_layer_;
};

}  // namespace autocircuit
