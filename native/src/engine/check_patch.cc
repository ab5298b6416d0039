#include "engine/check_patch.h"

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "engine/autoencoders.h"
#include "engine/latent_blocks.h"
#include "engine/refuse.h"
#include "masks/mask_plan.h"

namespace autocircuit {
namespace {

std::string shape_of(at::IntArrayRef sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

void check_shape(const char* what, const at::Tensor& given, at::IntArrayRef wanted) {
  if (given.sizes() != wanted) refuse(std::string(what) + " must have shape " + shape_of(wanted) + ", it has " + shape_of(given.sizes()));
}

int64_t packed_rows(const Transformer& model) { return model.autoencoders() ? model.autoencoders()->packed_rows() : 0; }

void check_ablation(const Transformer& model, const ForwardRequest& request, int64_t sources) {
  const at::Tensor& given = request.patch->ablation->sources();
  const int64_t batch = batch_of(request), seq_len = request.tokens.size(1), masks = masks_of(*request.patch->graph, request.patch->mask);
  if (given.size(0) != sources + packed_rows(model))
    refuse(model.autoencoders()
               ? "the ablation holds " + std::to_string(given.size(0)) + " rows, this model's sources and latents take " +
                     std::to_string(sources + packed_rows(model))
               : "the ablation holds " + std::to_string(given.size(0)) + " sources, this graph has " + std::to_string(sources));
  if (batch % masks) refuse(std::to_string(masks) + " masks cannot share a batch of " + std::to_string(batch) + " prompts evenly");
  if (given.size(2) != seq_len || given.size(3) != model.config().d_model || given.size(1) == 0 || batch % given.size(1))
    refuse("the ablation was made for " + std::to_string(given.size(1)) + " prompts of " + std::to_string(given.size(2)) +
           " positions, the run has " + std::to_string(batch) + " of " + std::to_string(seq_len));
  // What sources of a kept run differ by from the ablation's is there once for all masks.
  if (request.from && !request.records_gradients() && given.size(1) != 1 && given.size(1) != request.tokens.size(0))
    refuse("the ablation was made for " + std::to_string(given.size(1)) + " prompts, the kept run (from) for " +
           std::to_string(request.tokens.size(0)) + "; it must be one for all of them, or one for each, whatever the number of masks");
  const PatchGraph& graph = *request.patch->graph;
  if (graph.seq_len > 0 && graph.seq_len != seq_len)
    refuse("the graph has " + std::to_string(graph.seq_len) + " positions, the prompts have " + std::to_string(seq_len));
}

void check_autoencoder_leaves(const Autoencoders& autoencoders, const Patch& patch) {
  if (patch.mask.ne(0).any().item<bool>()) refuse("autoencoders get gradients where no edge is patched: the mask must be zero");
  const std::vector<at::Tensor>& leaves = patch.autoencoder_leaves;
  if (static_cast<int64_t>(leaves.size()) != 4 * autoencoders.count())
    refuse("there must be four leaves for each of the " + std::to_string(autoencoders.count()) + " autoencoders, here are " +
           std::to_string(leaves.size()) + " in all");
  for (int64_t number = 0; number < autoencoders.count(); number++) {
    const Autoencoder& one = autoencoders[number];
    if (one.decoders.size() > 1) refuse(name_of(one) + " writes to later blocks too: it gets no gradients of its own");
    if (one.positions() != 1) refuse(name_of(one) + " has latents for each position, which get no gradients");
    const int64_t latents = one.latents(), width = one.encode.size(2);
    const std::vector<std::vector<int64_t>> wanted{{latents, width}, {latents}, {latents, width}, {width}};
    for (size_t part = 0; part < wanted.size(); part++)
      if (leaves[4 * number + part].sizes() != at::IntArrayRef(wanted[part]))
        refuse(name_of(one) + " has leaves of other shapes than its encoder, bias, decoder and bias of its output");
  }
}

// What gradients are contracted with, and the leaves that get some.
void check_gradients(const Transformer& model, const ForwardRequest& request, int64_t sources) {
  const Patch& patch = *request.patch;
  if (!patch.autoencoder_leaves.empty() && !model.autoencoders()) refuse("leaves of autoencoders belong to a network that has some");
  const bool asked =
      patch.directions.defined() || patch.ablation_leaf.defined() || patch.outputs_leaf.defined() || !patch.autoencoder_leaves.empty();
  if (asked && !request.records_gradients()) refuse("directions and leaves belong to a mask that records gradients");
  const int64_t batch = batch_of(request), seq_len = request.tokens.size(1), d_model = model.config().d_model;
  if (patch.directions.defined()) {
    const bool shared = patch.directions.dim() == 4 && patch.directions.size(1) == 1;
    check_shape("directions", patch.directions, {sources + packed_rows(model), shared ? 1 : batch, seq_len, d_model});
  }
  if (patch.ablation_leaf.defined() && model.autoencoders())
    refuse("the values that latents of autoencoders take get no gradient: leave out the leaf of the ablation (ablationLeaf)");
  if (patch.ablation_leaf.defined()) check_shape("the leaf of the ablation", patch.ablation_leaf, patch.ablation->sources().sizes());
  if (patch.outputs_leaf.defined()) check_shape("the leaf of the outputs", patch.outputs_leaf, {sources, batch, seq_len, d_model});
  if (!patch.autoencoder_leaves.empty()) check_autoencoder_leaves(*model.autoencoders(), patch);
}

}  // namespace

int64_t batch_of(const ForwardRequest& request) {
  const bool from_run = request.from && request.patch && !request.records_gradients();
  return request.tokens.size(0) * (from_run ? masks_of(*request.patch->graph, request.patch->mask) : 1);
}

void check_patch(const Transformer& model, const ForwardRequest& request) {
  const int64_t sources = source_order(model, request.is_factorized()).count();
  check_ablation(model, request, sources);
  check_gradients(model, request, sources);
}

}  // namespace autocircuit
