#include "engine/head_gradients.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/DeviceGuard.h>

#include <string>

#include "engine/autoencoders.h"
#include "engine/outputs.h"
#include "engine/weights.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

[[noreturn]] void no_gradients(const std::string& reason) { throw Error(ErrorCode::bad_input, "gradients of heads: " + reason); }

void check_gradient(const Transformer& model, int64_t block, const at::Tensor& grad, const at::Tensor& z) {
  const TransformerConfig& c = model.config();
  if (block < 0 || block >= c.layers) no_gradients("the model has blocks 0 to " + std::to_string(c.layers - 1));
  if (model.autoencoders() && model.autoencoders()->of_attention(block) >= 0)
    no_gradients("what the attention of block " + std::to_string(block) + " adds is made of latents, not of its heads");
  if (grad.dim() != 3 || grad.size(2) != c.d_model || !grad.is_floating_point())
    no_gradients("the gradient must be floating point [B, P, " + std::to_string(c.d_model) + "]");
  if (!model.weights().blocks[block].ln1_post.scale.defined()) return;
  if (!z.defined()) no_gradients("a norm follows the attention of block " + std::to_string(block) + ": give z too");
  if (z.sizes() != at::IntArrayRef({grad.size(0), grad.size(1), c.heads, c.d_head}) || !z.is_floating_point())
    no_gradients("z must be floating point [B, P, " + std::to_string(c.heads) + ", " + std::to_string(c.d_head) +
                 "], as the gradient has B and P");
}

}  // namespace

at::Tensor head_gradients(const Transformer& model, int64_t block, const at::Tensor& grad, const at::Tensor& z) {
  check_gradient(model, block, grad, z);
  const at::NoGradGuard no_grad;
  const TransformerConfig& config = model.config();
  const BlockWeights& weights = model.weights().blocks[block];
  const at::Device device = weights.w_o.device();
  const c10::OptionalDeviceGuard here(device);
  const at::ScalarType type = model.weights().sum_type();
  at::Tensor of_sum = grad.to(device, type).flatten(0, 1);
  if (weights.ln1_post.scale.defined()) {
    const at::Tensor total = attention_total(weights, z.to(device, weights.w_o.scalar_type()).flatten(0, 1));
    of_sum = post_norm_backward(config, weights.ln1_post, total.to(type), of_sum, {}, {});
  }
  return at::matmul(of_sum, weights.w_o.to(type).t()).view({grad.size(0), grad.size(1), config.heads, config.d_head});
}

}  // namespace autocircuit
