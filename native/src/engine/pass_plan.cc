#include "engine/pass_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "engine/latent_blocks.h"
#include "engine/weights.h"
#include "engine/workspace.h"

namespace autocircuit {
namespace {

ForwardRequest without_run(const ForwardRequest& request) {
  ForwardRequest rest = request;
  rest.from = nullptr;
  return rest;
}

}  // namespace

int64_t first_patched_point(const TransformerConfig& config, const MaskPlan& plan) {
  int64_t first = end_point(config);
  for (const GroupPlan& group : plan.groups())
    if (group.patched) first = std::min(first, reading_point(config, *group.group));
  return first;
}

bool has_ablated_stream(const Transformer& model, const PatchGraph& graph) { return graph.factorized && !model.weights().has_normed_bias; }

PlacedRequest placed(const Transformer& model, const ForwardRequest& given, bool gradients) {
  ForwardRequest request = given;
  const at::TensorOptions& options = model.weights().options;
  request.tokens = request.tokens.to(options.device());
  if (request.padding.defined()) request.padding = request.padding.to(options.device());
  if (request.reference)
    for (at::Tensor* tensor : {&request.reference->logits, &request.reference->probabilities})
      *tensor = tensor->to(options.device(), tensor->scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  if (gradients) request.from = nullptr;
  if (!model.autoencoders()) return {std::move(request), nullptr};
  const auto latents = std::make_shared<const LatentPlan>(model, request.patch, gradients);
  return {latents->rest_of(std::move(request)), latents};
}

PassPlan::PassPlan(const Transformer& of, const PlacedRequest& placed, bool with_gradients, const RecordedLists* lists)
    : model(of), config(of.config()), request(without_run(placed.request)), from_run(placed.request.from != nullptr),
      gradients(with_gradients), listed(lists), factorized(request.is_factorized()), order(source_order(of, factorized)),
      latents(placed.latents), seq_len(request.tokens.size(1)) {
  if (request.patch) {
    const bool from_plain = !has_ablated_stream(model, *request.patch->graph);
    const PlanKind kind = from_plain ? PlanKind::from_plain : gradients ? PlanKind::gradients : PlanKind::cheapest;
    mask.emplace(*request.patch->graph, request.patch->mask, listed ? PlanKind::listed : kind);
    if (latents) latents->graph->reclassify(*mask, latents->mask, kind);
    masks = mask->masks();
    ablated = model.workspace().of(model, *request.patch->ablation);
  }
  batch = request.tokens.size(0) * (from_run ? masks : 1);
  choose_live_parts();
  leaves_run_at = listed ? listed->point() : mask ? first_patched_point(config, *mask) : end_point(config);
}

void PassPlan::choose_live_parts() {
  const bool collects = request.want_source_outputs || request.want_latents || request.keep_run || request.want_resid ||
                        request.want_keys_values || is_hooked();
  all_live = gradients || collects || !factorized || listed || model.autoencoders();
  live = all_live ? Liveness::all(config, order.count()) : Liveness::of(config, mask ? &*mask : nullptr, order.count(), has_tied_heads());
  if (!gradients && !request.want_source_outputs && !request.keep_run && !mask) live.delta.assign(order.count(), 0);
  narrows = request.positions && static_cast<int64_t>(request.positions->size()) < seq_len && !collects && !trains_latents();
}

bool PassPlan::has_tied_heads() const { return config.qk_norm == QkNorm::full || model.weights().blocks[0].ln1_post.scale.defined(); }

bool PassPlan::has_constant_heads(int64_t block) const {
  return mask && !autoencoder_of_attention(model, block) && !gradients && !listed && !request.prefix && !request.padding.defined() &&
         !request.want_keys_values && !has_tied_heads() && !is_hooked();
}

bool PassPlan::knows_heads(int64_t block) const {
  return from_run && mask && !listed && attention_point(block) == leaves_run_at && !config.parallel && !request.want_keys_values &&
         !has_tied_heads();
}

double PassPlan::multiplications_of_block() const {
  const double of_token = static_cast<double>(config.d_model) * (2 * (config.heads + config.kv_heads) * config.d_head +
                                                                 (config.gated ? 3 : 2) * (config.attn_only ? 0 : config.d_mlp));
  const double tokens = static_cast<double>(rows());
  const double outputs = request.positions ? static_cast<double>(batch) * static_cast<double>(request.positions->size()) : tokens;
  return tokens * of_token + outputs * static_cast<double>(config.d_model * config.d_vocab_out) / static_cast<double>(config.layers);
}

}  // namespace autocircuit
