#include "engine/outputs.h"

#include <ATen/ATen.h>

#include "engine/wide.h"
#include "kernels/cpu/products.h"

namespace autocircuit {
namespace {

// Of x as it is, or widened: squares of float16 end at 255.
at::Tensor inverse_rms(const at::Tensor& x, double eps) { return at::rsqrt(at::mean(x * x, -1, true) + eps); }

}  // namespace

at::Tensor post_scale(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& total) {
  return norm.scale.defined() ? inverse_rms(widened(total), config.eps) : at::Tensor();
}

at::Tensor post_scale_backward(const TransformerConfig& config, const at::Tensor& total, const at::Tensor& grad) {
  return total * (grad * inverse_rms(total, config.eps).pow(3) / -static_cast<double>(total.size(-1)));
}

at::Tensor post_factor(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& total) {
  return norm.scale.defined() ? post_scale(config, norm, total) * norm.scale : at::Tensor();
}

at::Tensor post_normed(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& x) {
  return norm.scale.defined() ? times_factor(x, post_factor(config, norm, x)) : x;
}

at::Tensor times_factor(const at::Tensor& x, const at::Tensor& factor) { return (x * factor).to(x.scalar_type()); }

at::Tensor attention_total(const BlockWeights& weights, const at::Tensor& z) {
  const at::Tensor flat = z.flatten(1);
  return product(flat, weights.w_o, weights.b_o);
}

at::Tensor head_products(const BlockWeights& weights, const at::Tensor& z, at::Tensor out) {
  const at::Tensor per_head = weights.w_o.view({z.size(1), z.size(2), -1});
  if (!out.defined()) return batch_product(z.transpose(0, 1), per_head);
  batch_product_into(out, z.transpose(0, 1), per_head);
  return out;
}

at::Tensor head_outputs_of(const Transformer& model, int64_t block, const at::Tensor& z) {
  const BlockWeights& weights = model.weights().blocks[block];
  const at::Tensor products = head_products(weights, z);
  if (!weights.ln1_post.scale.defined()) return products;
  return times_factor(products, post_factor(model.config(), weights.ln1_post, attention_total(weights, z)));
}

at::Tensor post_norm_backward(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& x_in, const at::Tensor& grad_in,
                              const at::Tensor& parts, const at::Tensor& part_grads) {
  if (!norm.scale.defined()) return grad_in;
  // share_i = part_i * w * r with r = (mean x^2 + eps)^-1/2, so d loss / d r = sum w * (grad x + sum_i part_grad_i part_i)
  // and d r / d x = -r^3 x / D.
  const at::Tensor x = widened(x_in), grad = widened(grad_in);
  const at::Tensor r = inverse_rms(x, config.eps);
  at::Tensor through = grad * x;
  if (part_grads.defined()) through = through + (widened(part_grads) * parts).sum(0);
  const at::Tensor slope = (through * norm.scale).sum(-1, true) * r.pow(3) / static_cast<double>(x.size(-1));
  return (grad * norm.scale * r - x * slope).to(grad_in.scalar_type());
}

}  // namespace autocircuit
