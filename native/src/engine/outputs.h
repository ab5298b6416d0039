#pragma once

#include <ATen/core/Tensor.h>

#include "engine/transformer.h"
#include "engine/weights.h"

namespace autocircuit {

// Norm after attention or MLP (Gemma 2, OLMo 2): x times its own factor. Identity where the block has none.
at::Tensor post_normed(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& x);

// What such a norm multiplies a token's numbers by before its weights, [N, 1] float32 for narrower types; undefined where the block has
// none. And the gradient of `total` from that of this.
at::Tensor post_scale(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& total);
at::Tensor post_scale_backward(const TransformerConfig& config, const at::Tensor& total, const at::Tensor& grad);

// The factor [N, d_model] by which such a norm multiplies `total` in this run, float32 for narrower types; undefined where the block
// has none. It is what makes a head's share of a normed sum exact: share = output * factor.
at::Tensor post_factor(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& total);
at::Tensor times_factor(const at::Tensor& x, const at::Tensor& factor);  // in x's type

// Sum over heads, with the output bias: z [N, heads, d_head] -> [N, d_model].
at::Tensor attention_total(const BlockWeights& weights, const at::Tensor& z);

// Each head's own output, z[h] @ W_O[h] -> [heads, N, d_model], written into `out` when it is given. Without the bias.
at::Tensor head_products(const BlockWeights& weights, const at::Tensor& z, at::Tensor out = {});

// What the heads of a block write to the residual stream: products times the post-norm's factor.
at::Tensor head_outputs_of(const Transformer& model, int64_t block, const at::Tensor& z);

// Gradient of x from the gradient of post_normed(x) [N, D] and, per part of x, of its share: both through the factor.
// `part_grads` [parts, N, D] and `parts` [parts, N, D] may be undefined. Returns the gradient of the sum x; the direct
// gradient of part i is that plus part_grads[i] * factor.
at::Tensor post_norm_backward(const TransformerConfig& config, const NormWeights& norm, const at::Tensor& x, const at::Tensor& grad,
                              const at::Tensor& parts, const at::Tensor& part_grads);

}  // namespace autocircuit
