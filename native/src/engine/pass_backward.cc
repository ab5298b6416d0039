#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/check_finite.h"
#include "engine/mlp.h"
#include "engine/outputs.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"
#include "operators/operators.h"
#include "runtime/work_threads.h"

namespace autocircuit {
namespace {

// [N, rows * columns] -> [rows, N, columns]
at::Tensor by_row(const at::Tensor& x, int64_t rows) { return x.unflatten(1, {rows, x.size(1) / rows}).transpose(0, 1); }

// grad [rows, V] of logits -> [rows, D]. Losses usually look at few tokens: then only their columns of the matrix are read.
at::Tensor through_unembedding(const at::Tensor& grad, const at::Tensor& unembed) {
  const at::Tensor tokens = at::nonzero(at::any(grad != 0, 0)).flatten();
  if (8 * tokens.size(0) > grad.size(1)) return product(grad, unembed.t());
  return at::mm(grad.index_select(1, tokens), unembed.t().index_select(0, tokens));
}

// The power of two that brings the largest number of a gradient in float16 close to 1: far below it there are no digits left, and what
// flows back is linear in the gradient.
at::Tensor scale_to_one(const at::Tensor& grad) {
  constexpr double smallest = 1.0 / (1 << 24);
  return at::exp2(at::floor(at::log2(grad.abs().amax().to(at::kFloat).clamp_min(smallest))).neg());
}

}  // namespace

at::Tensor Pass::backward(const at::Tensor& grad_logits, const at::Tensor& grad_activity) {
  const at::NoGradGuard no_grad;
  const WorkThreads threads(multiplications_of_block());
  mask_grad_ = at::zeros({masks_, request_.patch->graph->edges}, model_.weights().options.dtype(model_.weights().sum_type()));
  start_gradients();
  if (grad_activity.defined()) latents_->start_backward(grad_activity);
  const bool scaled = model_.weights().options.dtype() == at::kHalf;
  const at::Tensor scale = scaled ? scale_to_one(grad_logits) : at::Tensor();
  backward_end(scaled ? (grad_logits.to(at::kFloat) * scale).to(at::kHalf) : grad_logits);
  for (int64_t layer = config_.layers - 1; layer >= 0; layer--) {
    request_.cancel.check();
    backward_block(layer);
    saved_[layer] = {};
  }
  keep_output_gradient(order_.start(), 1, frame_.source_grad.defined() ? frame_.grad + frame_.source_grad[order_.start()] : frame_.grad);
  if (scaled) mask_grad_ = mask_grad_ / scale;
  if (scaled) scale_gradients(scale);
  if (latents_) mask_grad_ = latents_->whole_gradient(mask_grad_);
  check_finite(mask_grad_, [](const std::vector<int64_t>& at) {
    return "The gradient of the mask at edge " + std::to_string(at[1]) + (at[0] > 0 ? " (mask " + std::to_string(at[0]) + ")" : "");
  });
  const at::Tensor& mask = latents_ ? latents_->mask() : request_.patch->mask;
  return mask_grad_.view(mask.sizes()).to(mask.options());
}

void Pass::backward_end(const at::Tensor& grad_logits) {
  const Weights& weights = model_.weights();
  const Norm final_norm{config_.norm, config_.eps, weights.ln_final.scale, weights.ln_final.shift};
  at::Tensor grad = grad_logits.reshape({-1, config_.d_vocab_out}).to(weights.options);
  if (raw_logits_.defined()) grad = grad * (1 - (raw_logits_ / config_.final_softcap).square());
  at::Tensor x_grad = through_unembedding(grad, weights.unembed);
  const bool selected = request_.positions && !narrowed_;
  if (selected) {
    const at::Tensor index = index_on(x_grad.device(), *request_.positions);
    const at::Tensor all = at::zeros({batch_, length_, config_.d_model}, x_grad.options());
    x_grad = all.index_add(1, index, x_grad.view({batch_, -1, config_.d_model})).view({frame_.n(), config_.d_model});
  }
  const GroupPlan* plan = find(Reader::end, config_.layers - 1);
  at::Tensor x = end_resid_;
  if (plan && plan->any_patched()) {
    Frame at_end = frame_;
    at_end.resid = end_resid_;
    x = patched_inputs(at_end, *plan, end_point(config_), {0}, Norm{})[0];
  }
  at::Tensor rows = x_grad.unsqueeze(0).contiguous();
  through_norm_(rows, x, final_norm);
  // As wide as the stream: what patched edges take away is added up in another order, and has to cancel.
  const at::Tensor grad_end = rows[0].to(stream_type(model_.weights()));
  frame_.grad = factorized_ ? at::zeros_like(grad_end) : grad_end;
  if (factorized_) return flow(frame_, {plan}, rows);
  contract(frame_, {plan}, rows);
  if (plan) take_from_sources(frame_, *plan, rows);
}

void Pass::backward_block(int64_t layer) {
  if (!factorized_ && layer + 1 < config_.layers) backward_residual_reader(Reader::post, layer);
  const at::Tensor out_grad = frame_.grad;
  if (!config_.attn_only) {
    backward_mlp(layer, out_grad);
    if (order_.has_mid()) backward_residual_reader(Reader::mid, layer);
  }
  backward_attention(layer, config_.parallel ? out_grad : frame_.grad);
}

// Adds what patched edges take from a source, and the source's own part of the stream's gradient.
void Pass::backward_mlp(int64_t layer, const at::Tensor& out_grad) {
  Saved& saved = saved_[layer];
  at::Tensor grad = out_grad;
  if (frame_.source_grad.defined()) grad = grad + frame_.source_grad[order_.mlp(layer)];
  keep_output_gradient(order_.mlp(layer), 1, grad);
  std::vector<ProjectionGrad> outputs;
  if (autoencoder_of_mlp(layer)) {
    const LatentGrads grads = backward_latents(layer, out_grad, grad);
    grad = grads.out;
    const bool before_norm = autoencoder_of_mlp(layer)->input == AutoencoderInput::mlp_resid;
    if (grads.input.defined()) outputs.emplace_back(before_norm ? Projection::mlp_residual : Projection::mlp_normalised, grads.input);
  }
  if (grad.defined()) backward_neurons(layer, grad, outputs);
  const GroupPlan* plan = find(Reader::mlp, layer);
  flow_readers(layer, saved.resid_mlp, {{plan, outputs}});
}

// From the gradient of the MLP's output, or of its neurons where an autoencoder reads them.
void Pass::backward_neurons(int64_t layer, at::Tensor grad, std::vector<ProjectionGrad>& outputs) const {
  const BlockWeights& block = model_.weights().blocks[layer];
  const Saved& saved = saved_[layer];
  const bool constant_norm = request_.patch->rules.norms && block.ln2_post.scale.defined();
  if (constant_norm) grad = times_factor(grad, post_factor(config_, block.ln2_post, saved.mlp_raw));
  else grad = post_norm_backward(config_, block.ln2_post, saved.mlp_raw, grad, {}, {});
  grad = grad.to(type_of(model_.weights()));
  const at::Tensor hidden_grad = reads_neurons(layer) ? grad : product(grad, block.w_out.t());
  const HiddenGrads grads = hidden_units_backward(config_.activation, hidden_grad, saved.in, saved.gate, request_.patch->rules);
  outputs.emplace_back(Projection::mlp_in, grads.in);
  if (saved.gate.defined()) outputs.emplace_back(Projection::mlp_gate, grads.gate);
}

// Gradient of z [N, heads, d_head] from that of the stream that the heads write to.
at::Tensor Pass::backward_heads(int64_t layer, const at::Tensor& out_grad) {
  const BlockWeights& block = model_.weights().blocks[layer];
  const Saved& saved = saved_[layer];
  const int64_t heads = config_.heads;
  const at::Tensor per_head = block.w_o.view({heads, config_.d_head, config_.d_model});
  at::Tensor share_grad;  // [heads, N, D] what patched edges add to each head's gradient
  if (frame_.source_grad.defined()) share_grad = frame_.source_grad.narrow(0, order_.heads(layer), heads);
  keep_output_gradient(order_.heads(layer), heads, share_grad.defined() ? out_grad + share_grad : out_grad.expand({heads, -1, -1}));
  at::Tensor total_grad = out_grad;
  if (block.ln1_post.scale.defined()) {
    const at::Tensor z = saved.z.detach().reshape({frame_.n(), heads, config_.d_head});
    const at::Tensor total = attention_total(block, z);
    const at::Tensor parts = share_grad.defined() ? head_products(block, z) : at::Tensor();
    if (request_.patch->rules.norms) total_grad = times_factor(out_grad, post_factor(config_, block.ln1_post, total));
    else total_grad = post_norm_backward(config_, block.ln1_post, total, out_grad, parts, share_grad);
    if (share_grad.defined()) share_grad = times_factor(share_grad, post_factor(config_, block.ln1_post, total));
  }
  const at::ScalarType type = type_of(model_.weights());
  // One product where two would be rounded before they cancel.
  if (share_grad.defined() && share_grad.scalar_type() != type)
    return at::bmm((total_grad + share_grad).to(type), per_head.transpose(1, 2)).transpose(0, 1).contiguous();
  const at::Tensor z_grad = product(total_grad.to(type), block.w_o.t()).view({frame_.n(), heads, config_.d_head});
  return share_grad.defined() ? z_grad + batch_product(share_grad, per_head.transpose(1, 2)).transpose(0, 1) : z_grad;
}

void Pass::backward_attention(int64_t layer, const at::Tensor& out_grad) {
  const Saved& saved = saved_[layer];
  const at::Tensor z_grad = autoencoder_of_attention(layer) ? backward_attention_latents(layer, out_grad) : backward_heads(layer, out_grad);
  const std::vector<at::Tensor> grads = torch::autograd::grad({saved.z}, {saved.q, saved.k, saved.v}, {z_grad.view(saved.z.sizes())});

  const auto flat = [](const at::Tensor& x) { return x.flatten(2).flatten(0, 1); };
  const auto through_pattern = [&](const at::Tensor& x) { return request_.patch->rules.attention ? at::zeros_like(x) : x; };
  const ProjectionGrad query{Projection::query, flat(through_pattern(grads[0]))}, key{Projection::key, flat(through_pattern(grads[1]))},
      value{Projection::value, flat(grads[2])};
  const GroupPlan* shared = find(Reader::qkv, layer);
  const GroupPlan* of_q = shared ? shared : find(Reader::q, layer);
  const GroupPlan* of_k = shared ? shared : find(Reader::k, layer);
  const GroupPlan* of_v = shared ? shared : find(Reader::v, layer);
  const bool widens = narrowed_ && layer + 1 == config_.layers;
  if (!widens && (shared || !of_q)) {  // one input for all three
    flow_readers(layer, saved.resid_attention, {{shared, {query, key, value}}});
  } else if (!widens) {
    flow_readers(layer, saved.resid_attention, {{of_q, {query}}, {of_k, {key}}, {of_v, {value}}});
  } else {
    flow_readers(layer, saved.resid_queries, {{of_q, {query}}});
    widen();
    if (shared || !of_k) flow_readers(layer, saved.resid_attention, {{shared, {key, value}}});
    else flow_readers(layer, saved.resid_attention, {{of_k, {key}}, {of_v, {value}}});
  }
}

// Readers of one point whose sources are the same: their rows side by side, in memory that all layers share.
void Pass::flow_readers(int64_t layer, const at::Tensor& resid, const std::vector<Readers>& readers) {
  int64_t rows = 0;
  std::vector<const GroupPlan*> plans;
  for (const Readers& group : readers) {
    rows += group.plan ? group.plan->group->heads : 1;
    plans.push_back(group.plan);
  }
  if (are_plain(plans, resid)) return flow_plain_readers(layer, resid, readers, plans, rows);
  const int64_t n = frame_.n();
  const at::Tensor grads = row_grads(rows, n);
  int64_t row = 0;
  for (const Readers& group : readers) {
    const int64_t count = group.plan ? group.plan->group->heads : 1;
    at::Tensor part = grads.narrow(0, row, count);
    input_gradient_(part, frame_, group.plan, layer, group.outputs, resid);
    row += count;
  }
  flow(frame_, plans, grads);
}

// Scratch [rows, n, D] that all layers share.
at::Tensor Pass::row_grads(int64_t rows, int64_t n) {
  const int64_t size = rows * n * config_.d_model;
  if (!row_grads_.defined() || row_grads_.numel() < size) row_grads_ = at::empty({size}, model_.weights().options);
  return row_grads_.narrow(0, 0, size).view({rows, n, config_.d_model});
}

void Pass::backward_residual_reader(Reader reader, int64_t layer) {
  const int64_t source = reader == Reader::mid ? order_.mid(layer) : order_.post(layer);
  if (frame_.source_grad.defined()) frame_.grad = frame_.grad + frame_.source_grad[source];
  const GroupPlan* plan = find(reader, layer);
  if (!plan) return;
  const at::Tensor rows = frame_.grad.unsqueeze(0);
  contract(frame_, {plan}, rows.to(type_of(model_.weights())));
  take_from_sources(frame_, *plan, rows);
}

// From the gradient of one projection that of the normalised rows it reads [rows, N, D]: the first is written, others are added.
void Pass::add_projection_gradient_(at::Tensor& grad, int64_t layer, const ProjectionGrad& projection, bool is_first) const {
  const auto& [which, output] = projection;
  const int64_t rows = grad.size(0);
  if (which == Projection::mlp_normalised) {
    if (is_first) grad[0].copy_(output);
    else grad[0].add_(output);
    return;
  }
  const at::Tensor weight = reader_linear(model_, layer, which).weight;
  const at::Tensor columns = by_row(output, rows);
  at::Tensor per_row = weight.unflatten(1, {-1, columns.size(2)}).permute({1, 2, 0});  // [heads, dHead, D]
  if (per_row.size(0) != rows) per_row = per_row.repeat_interleave(rows / per_row.size(0), 0);
  if (is_first) short_batch_product_into(grad, columns, per_row);
  else add_batch_product_(grad, columns, per_row);
}

// Gradient of each row's input [rows, N, D] (before the norm) from the gradients of its projections.
void Pass::input_gradient_(at::Tensor& grad, const Frame& frame, const GroupPlan* plan, int64_t layer,
                           const std::vector<ProjectionGrad>& outputs, const at::Tensor& resid) const {
  if (outputs[0].first == Projection::mlp_residual) {
    const std::vector<ProjectionGrad> behind_norm(outputs.begin() + 1, outputs.end());
    if (behind_norm.empty()) grad.zero_();
    else input_gradient_(grad, frame, plan, layer, behind_norm, resid);
    grad[0].add_(outputs[0].second);
    return;
  }
  const int64_t rows = grad.size(0);
  for (size_t i = 0; i < outputs.size(); i++) add_projection_gradient_(grad, layer, outputs[i], i == 0);
  const Norm norm = reader_norm(model_, layer, outputs[0].first);
  std::vector<int64_t> patched;
  for (int64_t row = 0; plan && row < rows; row++)
    if (plan->is_patched(row)) patched.push_back(row);
  if (patched.empty()) {
    through_norm_(grad, resid, norm);
    return;
  }
  Frame then = frame;
  then.resid = resid;
  const at::Tensor inputs = patched_inputs(then, *plan, 0, patched, Norm{});
  if (static_cast<int64_t>(patched.size()) == rows) return through_norm_(grad, inputs, norm);
  size_t next = 0;
  for (int64_t row = 0; row < rows; row++) {
    at::Tensor one = grad.narrow(0, row, 1);
    const bool is_patched = next < patched.size() && patched[next] == row;
    through_norm_(one, is_patched ? inputs[static_cast<int64_t>(next++)] : resid, norm);
  }
}

// Gradient of the rows' inputs [rows of all plans, N, D] into the mask, the stream and the sources. A patched row reads (1 - m) of each
// source: its gradient goes to the sources alone, not to the stream and, times -m, back from the sources, so that what a row does not read
// gets a gradient of exactly 0. Optimisers that divide by the size of gradients make full steps of whatever rounding leaves.
void Pass::flow(Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  contract(frame, plans, grad);
  const auto patched = [](const GroupPlan* plan) { return plan && plan->any_patched(); };
  if (std::none_of(plans.begin(), plans.end(), patched)) return add_to_stream(frame, grad);
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t rows = plan ? plan->group->heads : 1;
    const at::Tensor part = grad.narrow(0, row, rows);
    if (patched(plan)) flow_to_sources(frame, *plan, part, 1 - plan->values);
    else add_to_stream(frame, part);
    if (latents_ && patched(plan)) latents_->flow(frame, *plan, part);
    row += rows;
  }
}

void Pass::add_to_stream(Frame& frame, const at::Tensor& grad) {
  frame.grad = frame.grad + (grad.size(0) == 1 ? grad[0] : grad.sum(0, /*keepdim=*/false, frame.grad.scalar_type()));
}

// d loss / d mask[row, source] = <grad input[row], delta[source]>: one product for all rows that read the same sources.
void Pass::contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  if (!plans[0]) return;
  add_ablation_gradient(frame, plans, grad);
  if (latents_) latents_->contract(frame, plans, grad);
  const std::vector<int64_t> buckets = bucket_of(frame);
  const at::Tensor of_row = buckets.empty() ? at::Tensor() : index_on(grad.device(), buckets, at::kInt);
  add_products(plans, mask_gradient(grad, deltas_of(frame, *plans[0]), of_row, bucket_count()));
}

at::Tensor Pass::deltas_of(const Frame& frame, const GroupPlan& plan) const {
  const auto of_plan = [&](const at::Tensor& all) { return all.narrow(0, plan.group->first_source, plan.group->sources); };
  if (!directions_.defined()) return of_plan(frame.delta.late);
  return frame.length() == length_ ? of_plan(directions_) : at_positions(of_plan(directions_), 1, length_, frame.positions);
}

int64_t Pass::bucket_count() const { return masks_ * (plan_->by_token() ? length_ : 1); }

// Which mask and token each row of the batch belongs to; empty where there is one of both.
std::vector<int64_t> Pass::bucket_of(const Frame& frame) const {
  const int64_t tokens = plan_->by_token() ? length_ : 1;
  std::vector<int64_t> buckets;
  if (masks_ > 1 || tokens > 1)
    for (int64_t n = 0; n < frame.n(); n++)
      buckets.push_back(n / (frame.n() / masks_) * tokens + (tokens > 1 ? frame.positions[n % frame.length()] : 0));
  return buckets;
}

// Products [buckets, rows of all plans, sources] into the gradient of the mask, `first_source` counted from the plans' first.
void Pass::add_products(const std::vector<const GroupPlan*>& plans, const at::Tensor& products, int64_t first_source) {
  const int64_t count = products.size(2);
  if (count == 0) return;  // parallel blocks: an MLP reads nothing that the heads beside it do not
  const at::Tensor by_token = products.view({masks_, -1, products.size(1), count});
  int64_t row = 0;
  for (const GroupPlan* plan : plans) {
    const int64_t heads = plan->group->heads, sources = plan->group->sources, tokens = by_token.size(1);
    mask_grad_.narrow(1, plan->group->offset, tokens * heads * sources)
        .unflatten(1, {tokens, heads, sources})
        .narrow(3, first_source, count)
        .add_(by_token.narrow(2, row, heads));
    row += heads;
  }
}

// A patched edge subtracts m times the source's own output from the stream that goes on: its gradient is -m times the row's.
void Pass::take_from_sources(Frame& frame, const GroupPlan& plan, const at::Tensor& grad) {
  if (plan.any_patched()) flow_to_sources(frame, plan, grad, -plan.values);
}

// Adds the gradient of a group's rows [rows, N, D] to its sources', times factors [M, T, rows, sources].
void Pass::flow_to_sources(Frame& frame, const GroupPlan& plan, const at::Tensor& grad_in, const at::Tensor& factors) {
  const at::Tensor grad = grad_in.to(frame.grad.scalar_type());
  const int64_t first = plan.group->first_source, count = plan.group->sources;
  if (!frame.source_grad.defined()) frame.source_grad = at::zeros({order_.count(), frame.n(), config_.d_model}, grad.options());
  at::Tensor into = frame.source_grad.narrow(0, first, count);
  const at::Tensor weights = factors.to(grad.options());
  if (masks_ == 1 && !plan_->by_token()) {
    add_batch_product_(into.flatten(1).unsqueeze(0), weights[0][0].t().unsqueeze(0), grad.flatten(1).unsqueeze(0));
    return;
  }
  at::Tensor per_position = weights;
  if (plan_->by_token()) per_position = weights.index_select(1, index_on(grad.device(), frame.positions));
  const at::Tensor per_cell =
      per_position.unsqueeze(1).expand({masks_, batch_ / masks_, frame.length(), -1, -1}).reshape({frame.n(), grad.size(0), count});
  add_batch_product_(into.transpose(0, 1), per_cell.transpose(1, 2), grad.transpose(0, 1));
}

// Back from the asked positions to all of them.
void Pass::widen() {
  const at::Tensor index = index_on(frame_.grad.device(), *request_.positions);
  const auto spread = [&](const at::Tensor& x, int64_t dim) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape[dim] = full_.n();
    const at::Tensor wide = at::zeros(shape, x.options()).unflatten(dim, {batch_, length_});
    return wide.index_add(dim + 1, index, x.unflatten(dim, {batch_, frame_.length()})).flatten(dim, dim + 1);
  };
  full_.grad = spread(frame_.grad, 0);
  if (frame_.source_grad.defined()) full_.source_grad = spread(frame_.source_grad, 1);
  frame_ = full_;
}

}  // namespace autocircuit
