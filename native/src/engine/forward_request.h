#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/backward_rules.h"
#include "engine/hooks.h"
#include "engine/origin.h"
#include "masks/graph.h"
#include "runtime/cancel.h"

// What a transformer is asked for, and what it gives.
namespace autocircuit {

// The values that patched edges take: one output per source, [S, B or 1, P, D], in any floating point type and place; of a network with
// autoencoders, behind them as many rows as its latents take, all blocks' side by side, D numbers a row. What a network
// makes of them (engine/ablation_cache.h) is in its workspace; passes leave them as they are.
class Ablation : public Origin {
 public:
  explicit Ablation(at::Tensor sources, bool same_everywhere = false);
  const at::Tensor& sources() const { return sources_; }
  // Whether every position takes the latents of all positions, each as its own position's decoder writes it: a mean over positions whose
  // latents are not the same ones.
  bool same_everywhere() const { return same_everywhere_; }

 private:
  at::Tensor sources_;
  bool same_everywhere_;
};

// Keys and values of a prefix, per block [B or 1, kv_heads, seq_len, d_head], keys already rotated.
struct Prefix {
  Serial serial;
  uint64_t model = 0;  // serial number of the transformer that made them
  int64_t seq_len = 0;
  std::vector<at::Tensor> keys, values;
};

// An unpatched run kept as a starting point: the residual stream at every reading point and every source's output, and what they are of.
// What later passes make of them (engine/run_cache.h) is in the transformer's workspace.
struct KeptRun : Origin {
  uint64_t model = 0, prefix = 0;  // serial numbers; no prefix is 0
  at::Tensor tokens, padding;      // on the host; padding may be undefined
  int64_t batch = 0, seq_len = 0;
  std::vector<at::Tensor> resid;  // [2 * layers + 1] of [B*P, D]: before attention, before MLP, ..., at the end
  at::Tensor source_outputs;      // [S, B, P, D]
};

struct Patch {
  std::shared_ptr<const PatchGraph> graph;
  at::Tensor mask;  // [E] or [M, E], M divides the batch
  std::shared_ptr<const Ablation> ablation;
  // For passes whose mask records gradients. What each input's gradient is contracted with in the place of ablated - current
  // [S, B or 1, P, D]; and leaves, whose numbers are not read, that get the gradient of the ablation's sources [S, A, P, D] and of the
  // sources' own outputs [S, B, P, D]. Each may be undefined.
  at::Tensor directions{}, ablation_leaf{}, outputs_leaf{};
  BackwardRules rules{};
  // Of a network with autoencoders where no edge is patched: leaves, or what leads to leaves, that get the gradients of what the
  // autoencoders are made of, encode [L, n], bias [L], decode [L, n] and out_bias [n] of each. Their numbers are not read.
  std::vector<at::Tensor> autoencoder_leaves{};
};

// A distribution over the vocabulary for each output row: what the outputs of a run are compared with.
struct Reference {
  at::Tensor logits;         // [R, V], up to a constant in each row
  at::Tensor probabilities;  // [R, V]
};

struct ForwardRequest {
  at::Tensor tokens;                              // int64 [B, P]
  at::Tensor padding;                             // int64 [B] left pads, or undefined
  at::Tensor start;                               // [B or 1, P, D] in the place of the embedding, or undefined
  std::shared_ptr<const Prefix> prefix;           // or null
  std::optional<std::vector<int64_t>> positions;  // logits only there
  std::optional<Patch> patch;
  std::shared_ptr<const KeptRun> from;      // start where the first patched group reads
  std::optional<Reference> reference;       // how far the outputs are from it
  std::shared_ptr<const PatchGraph> graph;  // decides the sources to collect; null = factorised
  HookRequest hooks;
  bool want_logits = true, want_source_outputs = false, want_latents = false, want_resid = false, keep_run = false,
       want_keys_values = false;
  CancelToken cancel;

  bool is_factorized() const;
  bool records_gradients() const;  // so that a backward pass can follow
};

struct ForwardResult {
  at::Tensor logits;              // [B, positions, d_vocab_out]
  at::Tensor divergences;         // [B, positions]
  at::Tensor activity;            // [B, P] sum of all latents, with gradients to the autoencoders; where these have leaves
  at::Tensor source_outputs;      // [S, B, P, D]
  at::Tensor latents;             // [B, P, latents of all autoencoders], their activations
  at::Tensor resid;               // [layers + 1, B, P, D]
  std::vector<at::Tensor> hooks;  // values of the hook points that are read, in the request's order
  std::shared_ptr<KeptRun> run;
  std::shared_ptr<Prefix> prefix;
};

}  // namespace autocircuit
