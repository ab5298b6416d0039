#include "engine/transformer.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>
#include <torch/csrc/autograd/custom_function.h>

#include "engine/pass.h"
#include "engine/recorded_passes.h"
#include "engine/weights.h"
#include "operators/register.h"

namespace autocircuit {
namespace {

struct PassHolder : torch::CustomClassHolder {
  explicit PassHolder(std::shared_ptr<Pass> held) : pass(std::move(held)) {}
  std::shared_ptr<Pass> pass;
};

// The engine's place in LibTorch's graph: takes the gradient of the logits, gives that of the mask.
class PatchedForward : public torch::autograd::Function<PatchedForward> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& /*mask*/, std::shared_ptr<Pass> pass,
                            ForwardResult* result) {
    *result = pass->forward();
    context->saved_data["pass"] = at::IValue::make_capsule(c10::make_intrusive<PassHolder>(std::move(pass)));
    return result->logits;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const auto holder = c10::dynamic_intrusive_pointer_cast<PassHolder>(context->saved_data["pass"].toCapsule());
    if (!holder->pass) throw std::runtime_error("the gradient of these logits was already taken; run the forward again");
    const std::shared_ptr<Pass> pass = std::move(holder->pass);
    return {pass->backward(grads[0]), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Transformer::Transformer(TransformerConfig config, const std::unordered_map<std::string, at::Tensor>& weights, const Placement& placement)
    : config_(std::move(config)), placement_(placement) {
  register_operators();
  weights_ = std::make_unique<Weights>(config_, weights, placement);
}

Transformer::~Transformer() = default;

ForwardResult Transformer::forward(const ForwardRequest& request) const {
  const c10::OptionalDeviceGuard here(placement_.device);
  if (placement_.device.is_cuda()) at::globalContext().setFloat32MatmulPrecision(placement_.tf32 ? "high" : "highest");
  const bool gradients = request.patch && request.patch->mask.requires_grad() && request.want_logits;
  if (!gradients)
    if (std::optional<ForwardResult> repeated = RecordedPasses::forward(*this, request)) return std::move(*repeated);
  auto pass = std::make_shared<Pass>(*this, request, gradients);
  if (!gradients) return pass->forward();
  ForwardResult result;
  const at::AutoGradMode record(true);
  const at::Tensor logits = PatchedForward::apply(request.patch->mask, std::move(pass), &result);
  result.logits = logits;
  return result;
}

}  // namespace autocircuit
