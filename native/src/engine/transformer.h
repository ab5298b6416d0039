#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/config.h"
#include "engine/kept_heads.h"
#include "engine/placement.h"
#include "patching/graph.h"
#include "runtime/cancel.h"

namespace autocircuit {

class AblationCache;
class RecordedPasses;
class Weights;

// The values that patched edges take: one output per source, [S, B or 1, P, D]. Keeps what the engine derives from them
// (residual sums, projections of fully ablated inputs), so that circuits with the same ablation share that work.
class Ablation {
 public:
  explicit Ablation(at::Tensor sources);
  ~Ablation();
  const at::Tensor& sources() const { return sources_; }
  // Moves the sources to where a network computes, in its number type.
  void place(const at::TensorOptions& options);
  AblationCache& cache() const { return *cache_; }

 private:
  at::Tensor sources_;
  std::unique_ptr<AblationCache> cache_;
};

// Keys and values of a prefix, per layer [B or 1, kv_heads, length, d_head], keys already rotated.
struct Prefix {
  int64_t length = 0;
  std::vector<at::Tensor> keys, values;
};

// An unpatched run kept as a starting point: the residual stream at every reading point and every source's output.
struct PlainRun {
  int64_t batch = 0, length = 0;
  std::vector<at::Tensor> resid;  // [2 * layers + 1] of [B*P, D]: before attention, before MLP, ..., at the end
  at::Tensor sources;             // [S, B, P, D]
  // What plain readers project at a layer, by layer and projection: made when a pass first leaves the run there.
  std::map<std::pair<int64_t, int>, at::Tensor> projections;
  // ablated - current for every source, made once per ablation
  std::weak_ptr<Ablation> delta_of;
  at::Tensor delta;
  KeptHeads heads;
  std::shared_ptr<RecordedPasses> recorded;  // passes that left it, on a device that can repeat them
};

struct Patch {
  std::shared_ptr<const PatchGraph> graph;
  at::Tensor mask;  // [E] or [M, E], M divides the batch
  std::shared_ptr<Ablation> ablation;
};

// A distribution over the vocabulary for each output row: what the outputs of a run are compared with.
struct Reference {
  at::Tensor logits;         // [R, V], up to a constant in each row
  at::Tensor probabilities;  // [R, V]
};

struct ForwardRequest {
  at::Tensor tokens;                                // int64 [B, P]
  at::Tensor padding;                               // int64 [B] left pads, or undefined
  std::shared_ptr<Prefix> prefix;                   // or null
  std::optional<std::vector<int64_t>> positions;    // logits only there
  std::optional<Patch> patch;
  std::shared_ptr<PlainRun> from;                   // start at the first patched reader
  std::optional<Reference> reference;               // how far the outputs are from it
  std::shared_ptr<const PatchGraph> graph;          // decides the sources to collect; null = factorised
  bool want_logits = true, want_sources = false, want_hidden = false, want_run = false, want_prefix = false;
  CancelToken cancel;
};

struct ForwardResult {
  at::Tensor logits;   // [B, positions, d_vocab_out]
  at::Tensor divergences;  // [B, positions]
  at::Tensor sources;  // [S, B, P, D]
  at::Tensor hidden;   // [layers + 1, B, P, D]
  std::shared_ptr<PlainRun> run;
  std::shared_ptr<Prefix> prefix;
};

// A transformer on LibTorch with patch points. Not thread-safe: all calls come from the executor thread.
class Transformer {
 public:
  // Weights by TransformerLens name. Throws std::invalid_argument naming a missing, misshapen or non-finite weight.
  Transformer(TransformerConfig config, const std::unordered_map<std::string, at::Tensor>& weights, const Placement& placement = {});
  ~Transformer();

  // Logits record gradients to the mask when it requires them.
  ForwardResult forward(const ForwardRequest& request) const;

  const TransformerConfig& config() const { return config_; }
  const Weights& weights() const { return *weights_; }

 private:
  TransformerConfig config_;
  Placement placement_;
  std::unique_ptr<Weights> weights_;
};

}  // namespace autocircuit
