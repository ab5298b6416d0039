#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>

#include "engine/ablation_cache.h"
#include "engine/forward_request.h"
#include "engine/latent_plan.h"
#include "engine/liveness.h"
#include "engine/reading_points.h"
#include "engine/recorded_lists.h"
#include "engine/transformer.h"
#include "masks/mask_plan.h"

namespace autocircuit {

// Where the first patched edge ends; the end where none is.
int64_t first_patched_point(const TransformerConfig& config, const MaskPlan& plan);

// Whether what reads with all of its edges ablated reads the same in all passes. Not so in unfactorised graphs, whose groups that read the
// stream anew replace the stream itself; nor where a bias, which no edge carries, is another in each run.
bool has_ablated_stream(const Transformer& model, const PatchGraph& graph);

// A checked request with its tensors where the weights are. Masks stay, the host reads them.
struct PlacedRequest {
  ForwardRequest request;                     // of a network with autoencoders: its patch is one of ordinary sources
  std::shared_ptr<const LatentPlan> latents;  // what was taken out of it; null in other networks
};
PlacedRequest placed(const Transformer& model, const ForwardRequest& request, bool gradients);

// What a pass will do, decided before it begins; nothing of it changes while it runs.
struct PassPlan {
  // `listed`: every patched row as a list there, from its starting point on, whatever the mask says; the pass then launches the same work
  // for every mask.
  PassPlan(const Transformer& model, const PlacedRequest& placed, bool gradients, const RecordedLists* listed);
  PassPlan(const PassPlan&) = delete;

  const Transformer& model;
  const TransformerConfig& config;
  const ForwardRequest request;  // without the kept run, which a pass can leave
  const bool from_run;           // whether it starts from one
  const bool gradients;          // keeps what its backward needs
  const RecordedLists* const listed;
  const bool factorized;
  const SourceOrder order;
  const std::shared_ptr<const LatentPlan> latents;  // of a network with autoencoders, else null
  std::optional<MaskPlan> mask;                     // where edges are patched
  std::shared_ptr<AblationCache> ablated;           // there
  int64_t masks = 1, batch = 0, seq_len = 0;
  bool all_live = false;  // everything runs, every delta is made
  Liveness live;
  bool narrows = false;       // the last block goes on at the asked positions alone
  int64_t leaves_run_at = 0;  // the first point where an edge may be patched: a pass from a kept run begins there

  const GroupPlan* find(GroupKind kind, int64_t block) const { return mask ? mask->find(kind, block) : nullptr; }
  int64_t rows() const { return batch * seq_len; }
  bool trains_latents() const { return latents && latents->trains; }
  bool is_hooked() const { return !request.hooks.empty(); }
  // Norms over all heads of a block tie the heads together.
  bool has_tied_heads() const;
  // Whether heads whose every input is ablated give the same in all passes.
  bool has_constant_heads(int64_t block) const;
  // In the block where a pass leaves its kept run, the heads read what they read there but for their own patched edges.
  bool knows_heads(int64_t block) const;
  // Of the plain pass, with its share of the unembedding.
  double multiplications_of_block() const;

 private:
  void choose_live_parts();
};

}  // namespace autocircuit
