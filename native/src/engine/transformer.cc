#include "engine/transformer.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>
#include <torch/csrc/autograd/custom_function.h>

#include "engine/autoencoders.h"
#include "engine/check_finite.h"
#include "engine/check_request.h"
#include "engine/pass.h"
#include "engine/recorded_passes.h"
#include "engine/weights.h"
#include "engine/workspace.h"
#include "operators/register.h"
#include "runtime/error.h"
#include "runtime/recording.h"

namespace autocircuit {
namespace {

struct PassHolder : torch::CustomClassHolder {
  explicit PassHolder(std::shared_ptr<Pass> held) : pass(std::move(held)) {}
  std::shared_ptr<Pass> pass;
};

// A pass that waits for its gradient, and the transformer that it needs then: that may be disposed in between.
struct WaitingPass {
  WaitingPass(const Transformer& of, const ForwardRequest& request) : model(of.weak_from_this().lock()), pass(of, request, true) {}
  std::shared_ptr<const Transformer> model;
  Pass pass;
};

// The engine's place in LibTorch's graph: takes the gradient of the logits (and of the sum of latents), gives that of the mask and, where
// leaves stand for them, of the ablation, of the sources' outputs and of autoencoders.
class PatchedForward : public torch::autograd::Function<PatchedForward> {
 public:
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const at::Tensor& /*mask*/,
                                                const std::optional<at::Tensor>& /*ablation*/, const std::optional<at::Tensor>& /*outputs*/,
                                                at::TensorList /*autoencoders*/, std::shared_ptr<Pass> pass, ForwardResult* result) {
    *result = pass->forward();
    context->saved_data["pass"] = at::IValue::make_capsule(c10::make_intrusive<PassHolder>(std::move(pass)));
    if (result->activity.defined()) return {result->logits, result->activity};
    return {result->logits};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list grads) {
    const auto holder = c10::dynamic_intrusive_pointer_cast<PassHolder>(context->saved_data["pass"].toCapsule());
    if (!holder->pass) throw Error(ErrorCode::bad_input, "the gradient of these logits was already taken; run the forward again");
    const std::shared_ptr<Pass> pass = std::move(holder->pass);
    torch::autograd::variable_list given{pass->backward(grads[0], grads.size() > 1 ? grads[1] : at::Tensor()), pass->ablation_gradient(),
                                         pass->outputs_gradient()};
    for (at::Tensor& gradient : pass->autoencoder_gradients()) given.push_back(std::move(gradient));
    given.insert(given.end(), 2, at::Tensor());
    return given;
  }
};

void check_divergences(const ForwardRequest& request, const at::Tensor& divergences) {
  check_finite(divergences, [&](const std::vector<int64_t>& at) {
    const int64_t prompt = at[0] % request.tokens.size(0), position = request.positions ? (*request.positions)[at[1]] : at[1];
    return "The KL divergence of prompt " + std::to_string(prompt) + " at position " + std::to_string(position);
  });
}

}  // namespace

Transformer::Transformer(TransformerConfig config, const std::unordered_map<std::string, at::Tensor>& weights, const Placement& placement)
    : config_(std::move(config)), placement_(placement) {
  register_operators();
  weights_ = std::make_shared<const Weights>(config_, weights, placement);
  workspace_ = std::make_shared<Workspace>();
}

Transformer::Transformer(const Transformer& of, std::shared_ptr<const Autoencoders> autoencoders)
    : config_(of.config_), placement_(of.placement_), weights_(of.weights_), autoencoders_(std::move(autoencoders)),
      workspace_(std::make_shared<Workspace>()) {}

std::shared_ptr<Transformer> Transformer::with(std::shared_ptr<const Autoencoders> autoencoders) const {
  return std::shared_ptr<Transformer>(new Transformer(*this, std::move(autoencoders)));
}

Transformer::~Transformer() = default;

ForwardResult Transformer::forward(const ForwardRequest& request) const {
  const Unrecorded unrecorded;
  check_request(*this, request);
  const c10::OptionalDeviceGuard here(placement_.device);
  if (placement_.device.is_cuda()) at::globalContext().setFloat32MatmulPrecision(placement_.tf32 ? "high" : "highest");
  if (!request.records_gradients()) {
    std::optional<ForwardResult> result;
    if (!autoencoders_) result = RecordedPasses::forward(*this, request);  // how many latents are active decides what is launched
    if (!result) result = Pass(*this, request, false).forward();
    if (result->divergences.defined()) check_divergences(request, result->divergences);
    return std::move(*result);
  }
  const auto waiting = std::make_shared<WaitingPass>(*this, request);
  ForwardResult result;
  const Recorded recorded;
  const auto given = [](const at::Tensor& leaf) { return leaf.defined() ? std::optional(leaf) : std::nullopt; };
  const Patch& patch = *request.patch;
  const torch::autograd::variable_list made =
      PatchedForward::apply(patch.mask, given(patch.ablation_leaf), given(patch.outputs_leaf), at::TensorList(patch.autoencoder_leaves),
                            std::shared_ptr<Pass>(waiting, &waiting->pass), &result);
  result.logits = made[0];
  if (made.size() > 1) result.activity = made[1];
  return result;
}

}  // namespace autocircuit
