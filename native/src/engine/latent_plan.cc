#include "engine/latent_plan.h"

#include <ATen/ATen.h>

#include "engine/weights.h"

namespace autocircuit {
namespace {

// [E] or [M, E] -> [M, E]
at::Tensor by_mask(const at::Tensor& mask) { return mask.dim() == 1 ? mask.unsqueeze(0) : mask; }

}  // namespace

LatentPlan::LatentPlan(const Transformer& model, const std::optional<Patch>& patch, bool gradients) : autoencoders(*model.autoencoders()) {
  if (!patch) return;
  const at::TensorOptions& options = model.weights().options;
  table_ = patch->graph;
  graph.emplace(model.config(), autoencoders, *table_);
  given_mask = patch->mask.detach();
  mask = by_mask(given_mask).to(options).contiguous();
  leaves = patch->autoencoder_leaves;
  trains = gradients && !leaves.empty();
  if (patch->directions.defined())
    directions = patch->directions.narrow(0, graph->ordinary()->sources, autoencoders.packed_rows()).to(options);
}

ForwardRequest LatentPlan::rest_of(ForwardRequest request) const {
  if (!graph) return request;
  Patch& patch = *request.patch;
  if (request.from) {
    // Lists of latents belong to a pass, not to a kept run: it starts at the beginning, once for each mask.
    request.from = nullptr;
    request.tokens = request.tokens.repeat({mask.size(0), 1});
  }
  patch.mask = graph->ordinary_mask(by_mask(given_mask));
  patch.graph = graph->ordinary();
  if (patch.directions.defined()) patch.directions = patch.directions.narrow(0, 0, graph->ordinary()->sources);
  return request;
}

}  // namespace autocircuit
