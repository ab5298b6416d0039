#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "engine/backward_pass.h"
#include "engine/latent_blocks.h"
#include "engine/mlp.h"
#include "engine/outputs.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

// From the gradients of what a block's MLP and heads write to those of what their projections gave.
namespace autocircuit {

// Adds what patched edges take from a source, and the source's own part of the stream's gradient.
void BackwardPass::through_mlp(int64_t block, const at::Tensor& out_grad) {
  Tape::Block& saved = tape_.blocks[block];
  at::Tensor grad = out_grad;
  if (frame_.source_grad.defined()) grad = grad + frame_.source_grad[pass_.order.mlp(block)];
  gradients_.keep_outputs(frame_, pass_.order.mlp(block), 1, grad);
  std::vector<ProjectionGrad> outputs;
  if (autoencoder_of_mlp(model_, block)) {
    const ReplacedGrads grads = through_latents_of_mlp(block, out_grad, grad);
    grad = grads.out;
    const bool before_norm = autoencoder_of_mlp(model_, block)->input == AutoencoderInput::mlp_resid;
    if (grads.input.defined()) outputs.emplace_back(before_norm ? Projection::mlp_residual : Projection::mlp_normalised, grads.input);
  }
  if (grad.defined()) through_neurons(block, grad, outputs);
  const GroupPlan* plan = pass_.find(GroupKind::mlp, block);
  flow_groups(block, saved.resid_mlp, {{plan, outputs}});
}

// From the gradient of the MLP's output, or of its neurons where an autoencoder reads them.
void BackwardPass::through_neurons(int64_t block, at::Tensor grad, std::vector<ProjectionGrad>& outputs) const {
  const BlockWeights& weights = model_.weights().blocks[block];
  const Tape::Block& saved = tape_.blocks[block];
  const bool of_neurons = reads_neurons(model_, block);
  if (!of_neurons) grad = before_post_norm(weights.ln2_post, saved.mlp_raw, grad, {});
  grad = grad.to(type_of(model_.weights()));
  const at::Tensor hidden_grad = of_neurons ? grad : product(grad, weights.w_out.t());
  const HiddenGrads grads = hidden_units_backward(config_.activation, hidden_grad, saved.in, saved.gate, rules_);
  outputs.emplace_back(Projection::mlp_in, grads.in);
  if (saved.gate.defined()) outputs.emplace_back(Projection::mlp_gate, grads.gate);
}

// Gradient of z [N, heads, d_head] from that of the stream that the heads write to, and what patched rows add to that of a bias there.
at::Tensor BackwardPass::through_heads(int64_t block, const at::Tensor& out_grad, const at::Tensor& bias_grad) {
  const BlockWeights& weights = model_.weights().blocks[block];
  const Tape::Block& saved = tape_.blocks[block];
  const int64_t heads = config_.heads;
  const at::Tensor per_head = weights.w_o.view({heads, config_.d_head, config_.d_model});
  at::Tensor share_grad;  // [heads, N, D] what patched edges add to each head's gradient
  if (frame_.source_grad.defined()) share_grad = frame_.source_grad.narrow(0, pass_.order.heads(block), heads);
  gradients_.keep_outputs(frame_, pass_.order.heads(block), heads,
                          share_grad.defined() ? out_grad + share_grad : out_grad.expand({heads, -1, -1}));
  at::Tensor total_grad = out_grad;
  if (weights.ln1_post.scale.defined()) {
    const at::Tensor z = saved.z.detach().reshape({frame_.n(), heads, config_.d_head});
    const at::Tensor total = attention_total(weights, z);
    at::Tensor parts = share_grad.defined() ? head_products(weights, z) : at::Tensor(), part_grads = share_grad;
    if (bias_grad.defined() && weights.b_o.defined()) {
      parts = at::cat({parts, weights.b_o.expand({1, frame_.n(), -1})});
      part_grads = at::cat({part_grads, bias_grad.unsqueeze(0)});
    }
    if (rules_.norms) total_grad = times_factor(out_grad, post_factor(config_, weights.ln1_post, total));
    else total_grad = post_norm_backward(config_, weights.ln1_post, total, out_grad, parts, part_grads);
    if (share_grad.defined()) share_grad = times_factor(share_grad, post_factor(config_, weights.ln1_post, total));
  }
  const at::ScalarType type = type_of(model_.weights());
  // One product where two would be rounded before they cancel.
  if (share_grad.defined() && share_grad.scalar_type() != type)
    return batch_product((total_grad + share_grad).to(type), per_head.transpose(1, 2)).transpose(0, 1).contiguous();
  const at::Tensor z_grad = product(total_grad.to(type), weights.w_o.t()).view({frame_.n(), heads, config_.d_head});
  return share_grad.defined() ? z_grad + batch_product(share_grad, per_head.transpose(1, 2)).transpose(0, 1) : z_grad;
}

// Gradients of queries, keys and values [rows, heads * d_head] from that of z [N, heads, d_head].
//
// The pattern of a query that sees a single key is 1, whatever they are: what flows to the query goes on to that key's value alone.
// LibTorch's backward of the softmax leaves rounding for query and key, of which optimisers that divide by the size of gradients make full
// steps.
std::vector<at::Tensor> BackwardPass::through_pattern(int64_t block, const at::Tensor& z_grad) const {
  const auto& [rows, keys] = tape_.blocks[block].lone;
  const Tape::Block& saved = tape_.blocks[block];
  const at::Tensor chosen = z_grad.index_fill(0, rows, 0).view(saved.z.sizes());
  std::vector<at::Tensor> grads = torch::autograd::grad({saved.z}, {saved.q, saved.k, saved.v}, {chosen});
  if (rules_.attention)
    for (const size_t of_pattern : {0, 1}) grads[of_pattern].zero_();
  for (at::Tensor& grad : grads) grad = grad.flatten(2).flatten(0, 1);
  const int64_t value_heads = saved.v.size(2);
  const at::Tensor alone = z_grad.index_select(0, rows).unflatten(1, {value_heads, z_grad.size(1) / value_heads}).sum(2);
  grads[2].index_add_(0, keys, alone.flatten(1));
  return grads;
}

void BackwardPass::through_attention(int64_t block, const at::Tensor& out_grad, const at::Tensor& bias_grad) {
  const Tape::Block& saved = tape_.blocks[block];
  const at::Tensor z_grad =
      autoencoder_of_attention(model_, block) ? through_latents_of_attention(block, out_grad) : through_heads(block, out_grad, bias_grad);
  const std::vector<at::Tensor> grads = through_pattern(block, z_grad);
  const ProjectionGrad query{Projection::query, grads[0]}, key{Projection::key, grads[1]}, value{Projection::value, grads[2]};
  const GroupPlan* shared = pass_.find(GroupKind::qkv, block);
  const GroupPlan* of_q = shared ? shared : pass_.find(GroupKind::q, block);
  const GroupPlan* of_k = shared ? shared : pass_.find(GroupKind::k, block);
  const GroupPlan* of_v = shared ? shared : pass_.find(GroupKind::v, block);
  const bool widens = tape_.narrowed() && block + 1 == config_.layers;
  if (!widens && (shared || !of_q)) {  // one input for all three
    flow_groups(block, saved.resid_attention, {{shared, {query, key, value}}});
  } else if (!widens) {
    flow_groups(block, saved.resid_attention, {{of_q, {query}}, {of_k, {key}}, {of_v, {value}}});
  } else {
    flow_groups(block, saved.resid_queries, {{of_q, {query}}});
    widen();
    if (shared || !of_k) flow_groups(block, saved.resid_attention, {{shared, {key, value}}});
    else flow_groups(block, saved.resid_attention, {{of_k, {key}}, {of_v, {value}}});
  }
}

}  // namespace autocircuit
