#include "engine/latent_plan.h"

#include <ATen/ATen.h>

#include "engine/latent_blocks.h"

namespace autocircuit {

LatentPlan::LatentPlan(const Transformer& model, ForwardRequest& request, bool gradients) : autoencoders(*model.autoencoders()) {
  if (!request.patch) return;
  Patch& patch = *request.patch;
  const at::TensorOptions& options = model.weights().options;
  table_ = patch.graph;
  graph.emplace(model.config(), autoencoders, *table_);
  given_mask = patch.mask.detach();
  mask = (given_mask.dim() == 1 ? given_mask.unsqueeze(0) : given_mask).to(options).contiguous();
  if (request.from) {
    // Lists of latents belong to a pass, not to a kept run: it starts at the beginning, once for each mask.
    request.from = nullptr;
    request.tokens = request.tokens.repeat({mask.size(0), 1});
  }
  leaves = patch.autoencoder_leaves;
  trains = gradients && !leaves.empty();
  patch.mask = graph->ordinary_mask(given_mask.dim() == 1 ? given_mask.unsqueeze(0) : given_mask);
  patch.graph = graph->ordinary();
  if (!patch.directions.defined()) return;
  const int64_t sources = source_order(model).count();
  directions = patch.directions.narrow(0, sources, autoencoders.packed_rows()).to(options);
  patch.directions = patch.directions.narrow(0, 0, sources);
}

}  // namespace autocircuit
