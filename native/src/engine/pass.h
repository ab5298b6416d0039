#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/backward_pass.h"
#include "engine/forward_pass.h"
#include "engine/pass_plan.h"

namespace autocircuit {

// One run of the network: a checked request becomes a plan, the plan a forward pass, and what that leaves a backward.
class Pass {
 public:
  // With `gradients` it keeps what its backward needs. `listed`: see PassPlan.
  Pass(const Transformer& model, const ForwardRequest& request, bool gradients, const RecordedLists* listed = nullptr);

  ForwardResult forward();
  // See ForwardPass.
  void leave_run() { forward_.leave_run(); }
  std::vector<at::Tensor> read_from(int64_t point) const { return forward_.read_from(point); }

  // See BackwardPass::run. Once, after the forward.
  at::Tensor backward(const at::Tensor& grad_logits, const at::Tensor& grad_activity);
  // After it: the gradients that leaves of the patch stand for, of the leaf's shape; undefined where there is no leaf.
  at::Tensor ablation_gradient() const { return backward_->gradients().of_ablation(); }
  at::Tensor outputs_gradient() const { return backward_->gradients().of_outputs(); }
  std::vector<at::Tensor> autoencoder_gradients() const { return backward_->autoencoder_gradients(); }

 private:
  Pass(const Transformer& model, PlacedRequest placed, bool gradients, const RecordedLists* listed);

  const PassPlan plan_;
  ForwardPass forward_;
  std::optional<BackwardPass> backward_;
};

}  // namespace autocircuit
