#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/attention.h"
#include "engine/frame.h"
#include "engine/group_input.h"
#include "engine/hooks.h"
#include "engine/latent_writes.h"
#include "engine/pass_plan.h"
#include "engine/patched_inputs.h"
#include "engine/starting_run.h"
#include "engine/tape.h"

namespace autocircuit {

// The network, block by block: each source's output is written once, as a delta, and read by all destinations behind it.
class ForwardPass {
 public:
  // The plan outlives the pass. `from` is where a plan from a kept run starts, else null.
  ForwardPass(const PassPlan& plan, std::shared_ptr<const KeptRun> from);
  ForwardPass(const ForwardPass&) = delete;

  ForwardResult run();

  // Lets go of the run that the pass left. It cannot run again then, but what it made stays.
  void leave_run() { start_.reset(); }
  // What a pass from a kept run reads and others may replace: the run's deltas, and the ablation's streams from a point on.
  std::vector<at::Tensor> read_from(int64_t point) const;

  // What the backward of a pass with gradients needs. Once.
  Tape take_tape();

 private:
  struct Heads {
    std::vector<int64_t> run, constant;                // heads that ran, and heads whose every input is ablated
    std::vector<int64_t> known;                        // heads whose rows of the mask the kept run has seen last
    KeptHeads* kept = nullptr;                         // where it has what they gave
    std::vector<std::optional<KeptHeads::Rows>> rows;  // per head, for those that it should have next
    at::Tensor z;                                      // [N, run, d_head]
  };
  // The groups that a block's queries, keys and values read; null where the graph has none. `shared`: one for all three.
  struct HeadGroups {
    const GroupPlan *shared, *q, *k, *v;
    int64_t query_rows, key_rows, value_rows;
  };
  struct LiveRows {
    std::vector<uint8_t> q, k, v;
  };
  // A group, or null, and what of it is projected.
  struct Read {
    const GroupPlan* plan;
    Projection which;
    const std::vector<uint8_t>& live;
  };

  // forward_pass.cc
  void through_block(int64_t block);
  void finish(ForwardResult& result);
  at::Tensor end_input();
  at::Tensor output_rows(const at::Tensor& x) const;
  at::Tensor logits(const at::Tensor& rows);
  void read_residual(GroupKind kind, int64_t block);
  at::Tensor collected_sources() const;
  void keep_resid(int64_t point);

  // forward_start.cc
  void start();
  at::Tensor embedded() const;
  at::Tensor empty_deltas(int64_t sources, int64_t n) const;
  void make_deltas();

  // forward_sources.cc
  void record(int64_t source, const at::Tensor& output);
  void record_stream(int64_t source);
  at::Tensor ablated_outputs(int64_t first, int64_t count) const;
  void narrow(int64_t known_sources);
  GroupInput input_of(const GroupPlan* plan, int64_t block, Projection which, const std::vector<uint8_t>& live,
                      GroupInput::KnownPlain known = {});

  // forward_heads.cc
  Heads run_heads(int64_t block);
  HeadGroups groups_of(int64_t block) const;
  LiveRows choose_heads(int64_t block, const HeadGroups& groups, Heads& heads);
  GroupInput::KnownPlain known_plain(int64_t block, const Heads& heads);
  bool projects_jointly(const HeadGroups& groups) const;
  const GroupPlan* mlp_beside(int64_t block) const;
  std::vector<at::Tensor> project_jointly(int64_t block, const std::vector<Read>& reads, const GroupInput::KnownPlain& known);
  at::Tensor attend(int64_t block, const Heads& heads, const at::Tensor& resid, const at::Tensor& q, const at::Tensor& k,
                    const at::Tensor& v);

  // forward_head_outputs.cc
  void write_heads(int64_t block, const Heads& heads);
  void write_sum_of_heads(int64_t block, const at::Tensor& z);
  void write_all_heads(int64_t block, const at::Tensor& z);
  void write_some_heads(int64_t block, const Heads& heads);
  bool reads_heads_sum(int64_t block) const;
  at::Tensor per_mask(const at::Tensor& rows) const;

  // forward_mlp.cc
  at::Tensor run_mlp(int64_t block);
  void write_mlp(int64_t block, const at::Tensor& out);

  // forward_latents.cc
  at::Tensor transcoder_input(int64_t block, const GroupInput& input) const;
  void write_latents(int64_t block, const at::Tensor& x);
  void write_attention_latents(int64_t block, const at::Tensor& z);
  void write_stream_latents(int64_t block);

  // forward_hooks.cc
  at::Tensor hooked(Hook hook, int64_t block, const at::Tensor& x);
  at::Tensor hooked_heads(Hook hook, int64_t block, const at::Tensor& x);
  void hook_stream(Hook hook, int64_t block);
  void hook_attention(int64_t block, const at::Tensor& before, const at::Tensor& z);
  at::Tensor hooked_norm(Hook scale, Hook normalized, int64_t block, const Norm& norm, const at::Tensor& x);
  GroupInput::KnownPlain through_hooked_norm(Hook scale, Hook normalized, int64_t block, Projection first);

  const PassPlan& pass_;
  const Transformer& model_;
  const TransformerConfig& config_;
  std::optional<StartingRun> start_;
  const AttentionContext attention_;
  std::optional<Hooks> hooks_;           // where values are read or replaced: all heads run then, at all positions
  Frame frame_;                          // where the pass is now
  Tape tape_;                            // the frame joins it at the end
  std::optional<LatentWrites> latents_;  // of a network with autoencoders: they write down in the tape
  at::Tensor transcoded_;                // what the next transcoder reads [N, D]
  BegunSum begun_;                       // of the MLP's input that is made next, or without a plan
  std::shared_ptr<KeptRun> kept_;
  std::shared_ptr<Prefix> kept_prefix_;
  std::vector<at::Tensor> kept_resid_;
};

}  // namespace autocircuit
