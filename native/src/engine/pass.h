#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/attention.h"
#include "engine/frame.h"
#include "engine/hooks.h"
#include "engine/latent_pass.h"
#include "engine/liveness.h"
#include "engine/reader_input.h"
#include "engine/reading_points.h"
#include "engine/recorded_lists.h"
#include "engine/run_cache.h"
#include "engine/transformer.h"
#include "masks/mask_plan.h"

namespace autocircuit {

// Where the first patched edge ends; the end where none is.
int64_t first_patched_point(const TransformerConfig& config, const MaskPlan& plan);

// One run of the network. With `gradients` it keeps what its backward needs, and gives the gradient of the mask.
class Pass {
 public:
  // `listed`: every patched row as a list there, from its starting point on, whatever the mask says; the pass then launches
  // the same work for every mask.
  Pass(const Transformer& model, const ForwardRequest& request, bool gradients, const RecordedLists* listed = nullptr);

  ForwardResult forward();

  // Lets go of the run that the pass left. It cannot run again then, but what it made stays.
  void leave_run() {
    request_.from = nullptr;
    run_cache_ = nullptr;
  }

  // What a pass with a kept run reads and others may replace: the run's deltas, and the ablation's streams from a point on.
  std::vector<at::Tensor> read_from(int64_t point) const;

  // From the gradient of the logits [B, positions, d_vocab_out], and of the sum of latents [B, P] or undefined, to that of the mask, in the
  // mask's shape. Once.
  at::Tensor backward(const at::Tensor& grad_logits, const at::Tensor& grad_activity);

  // After it: the gradients that leaves of the patch stand for, of the leaf's shape; undefined where there is no leaf.
  at::Tensor ablation_gradient() const;
  at::Tensor outputs_gradient() const;
  std::vector<at::Tensor> autoencoder_gradients() const;

 private:
  struct Heads {
    std::vector<int64_t> run, constant;                // heads that ran, and heads whose every input is ablated
    std::vector<int64_t> known;                        // heads whose rows of the mask the kept run has seen last
    KeptHeads* kept = nullptr;                         // where it has what they gave
    std::vector<std::optional<KeptHeads::Rows>> rows;  // per head, for those that it should have next
    at::Tensor z;                                      // [N, run, d_head]
  };
  // What a layer's backward needs.
  struct Saved {
    at::Tensor resid_attention, resid_queries, resid_mlp;  // inputs of the readers
    at::Tensor q, k, v, z;                                 // leaves and result of the attention core's own graph
    at::Tensor in, gate, mlp_raw;                          // what the MLP's activation takes; output before a post-norm
  };

  // Gradient of what a projection gave, [N, columns].
  using ProjectionGrad = std::pair<Projection, at::Tensor>;
  struct Readers {
    const GroupPlan* plan;  // null where the graph has none: one row for all heads
    std::vector<ProjectionGrad> outputs;
  };
  // Gradients of an MLP's input that the heads before it have still to be contracted beside: deltas of that many sources, which
  // both read, then come from memory once.
  struct WaitingRows {
    const GroupPlan* plan = nullptr;
    int64_t sources = 0;
    at::Tensor rows;  // [1, N, D]
  };

  // pass_setup.cc
  bool has_whole_layers() const;
  void place();
  void check_reference() const;
  int64_t first_patched_point() const;
  double multiplications_of_block() const;
  void start();
  void start_from_run(int64_t point);
  at::Tensor embedded() const;
  void make_buffers(int64_t n);
  at::Tensor empty_deltas(int64_t sources, int64_t n) const;
  void narrow(int64_t known_sources);

  // pass_forward.cc
  void block(int64_t layer, int64_t from_point);
  at::Tensor run_mlp(int64_t layer);
  void write_mlp(int64_t layer, const at::Tensor& out);
  void read_residual(Reader reader, int64_t layer);
  void record(int64_t source, const at::Tensor& output);
  void record_stream(int64_t source);
  at::Tensor end_input();
  at::Tensor output_rows(const at::Tensor& x) const;
  at::Tensor logits(const at::Tensor& rows);
  at::Tensor ablated_outputs(int64_t first, int64_t count) const;
  at::Tensor collected_sources() const;
  void keep_resid(int64_t point);
  const GroupPlan* find(Reader reader, int64_t layer) const;

  // pass_rows.cc
  at::Tensor patched_inputs(const Frame& frame, const GroupPlan& plan, int64_t point, const std::vector<int64_t>& rows,
                            const Norm& norm) const;
  ReaderInput input_of(const GroupPlan* plan, int64_t layer, Projection which, const std::vector<uint8_t>& live,
                       ReaderInput::KnownPlain known = {}) const;

  // pass_heads.cc
  Heads run_heads(int64_t layer);
  void write_heads(int64_t layer, const Heads& heads);
  bool has_constant_heads(int64_t layer) const;
  bool may_know_heads(int64_t layer) const;
  KeptHeads& kept_heads(int64_t layer);
  at::Tensor per_mask(const at::Tensor& rows) const;

  // pass_hooks.cc
  at::Tensor hooked(Hook hook, int64_t layer, const at::Tensor& x);
  at::Tensor hooked_heads(Hook hook, int64_t layer, const at::Tensor& x);
  void hook_stream(Hook hook, int64_t layer);
  void hook_attention(int64_t layer, const at::Tensor& before, const at::Tensor& z);
  at::Tensor hooked_norm(Hook scale, Hook normalized, int64_t layer, const Norm& norm, const at::Tensor& x);
  ReaderInput::KnownPlain through_hooked_norm(Hook scale, Hook normalized, int64_t layer, Projection first);

  // pass_backward.cc
  void backward_end(const at::Tensor& grad_logits);
  void backward_block(int64_t layer);
  void backward_mlp(int64_t layer, const at::Tensor& out_grad);
  void backward_neurons(int64_t layer, at::Tensor grad, std::vector<ProjectionGrad>& outputs) const;
  void backward_attention(int64_t layer, const at::Tensor& out_grad);
  at::Tensor backward_heads(int64_t layer, const at::Tensor& out_grad);
  void backward_residual_reader(Reader reader, int64_t layer);
  void flow_readers(int64_t layer, const at::Tensor& resid, const std::vector<Readers>& readers);
  at::Tensor row_grads(int64_t rows, int64_t n);
  void add_projection_gradient_(at::Tensor& grad, int64_t layer, const ProjectionGrad& projection, bool is_first) const;
  void input_gradient_(at::Tensor& grad, const Frame& frame, const GroupPlan* plan, int64_t layer,
                       const std::vector<ProjectionGrad>& outputs, const at::Tensor& resid) const;
  void flow(Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  void contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  at::Tensor deltas_of(const Frame& frame, const GroupPlan& plan) const;
  int64_t bucket_count() const;
  std::vector<int64_t> bucket_of(const Frame& frame) const;
  void add_products(const std::vector<const GroupPlan*>& plans, const at::Tensor& products, int64_t first_source = 0);
  void add_to_stream(Frame& frame, const at::Tensor& grad);
  void take_from_sources(Frame& frame, const GroupPlan& plan, const at::Tensor& grad);
  void flow_to_sources(Frame& frame, const GroupPlan& plan, const at::Tensor& grad, const at::Tensor& factors);
  void widen();

  // pass_latents.cc
  const Autoencoder* autoencoder_of_mlp(int64_t layer) const;
  const Autoencoder* autoencoder_of_attention(int64_t layer) const;
  bool reads_neurons(int64_t layer) const;
  bool reads_input(int64_t layer) const;
  at::Tensor transcoder_input(int64_t layer, const ReaderInput& input) const;
  void write_latents(int64_t layer, const at::Tensor& x);
  void write_attention_latents(int64_t layer, const at::Tensor& z);
  // Gradients of what the MLP or attention gives and, of a transcoder, of its input; undefined where nothing flows.
  struct LatentGrads {
    at::Tensor out, input;
  };
  LatentGrads backward_latents(int64_t layer, const at::Tensor& out_grad, const at::Tensor& error_grad);
  at::Tensor backward_attention_latents(int64_t layer, const at::Tensor& out_grad);
  // pass_plain_rows.cc
  bool are_plain(const std::vector<const GroupPlan*>& plans, const at::Tensor& resid) const;
  void flow_plain_readers(int64_t layer, const at::Tensor& resid, const std::vector<Readers>& readers,
                          const std::vector<const GroupPlan*>& plans, int64_t rows);
  int64_t sources_to_wait_for(int64_t layer, const at::Tensor& resid) const;

  // pass_gradients.cc
  void check_gradients() const;
  void start_gradients();
  void scale_gradients(const at::Tensor& scale);
  void add_ablation_gradient(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad);
  void keep_output_gradient(int64_t source, int64_t count, const at::Tensor& grad);
  void through_norm_(at::Tensor& grad, const at::Tensor& x, const Norm& norm) const;

  const Transformer& model_;
  const TransformerConfig& config_;
  ForwardRequest request_;
  const bool gradients_;
  const RecordedLists* const listed_;
  const bool factorized_;
  bool all_live_ = false;  // everything runs, every delta is made
  const SourceOrder order_;
  std::optional<LatentPass> latents_;  // where the network has autoencoders
  std::optional<Hooks> hooks_;         // where values are read or replaced: all heads run then, at all positions
  std::optional<MaskPlan> plan_;
  std::shared_ptr<AblationCache> ablated_;  // where edges are patched
  std::shared_ptr<RunCache> run_cache_;     // of the kept run that the pass starts from
  at::Tensor run_delta_;                    // [S, N / masks, D] ablated - current of every source there
  Liveness live_;
  int64_t masks_ = 1, batch_ = 0, length_ = 0;
  bool narrows_ = false;  // the last layer goes on at the asked positions alone
  std::optional<AttentionContext> attention_;
  Frame frame_;  // where the pass is now
  Frame full_;   // the frame of all positions, after frame_ was narrowed
  bool narrowed_ = false;
  std::vector<Saved> saved_;
  at::Tensor end_resid_, raw_logits_;
  at::Tensor transcoded_;                    // what the next transcoder reads [N, D]
  at::Tensor mask_grad_;                     // [M, E]
  at::Tensor row_grads_;                     // scratch
  WaitingRows waiting_;                      // or no rows
  at::Tensor directions_;                    // [S, N, D] of all positions, or undefined
  at::Tensor ablation_grad_, outputs_grad_;  // [S, N, D] of all positions, or undefined
  std::shared_ptr<PlainRun> kept_;
  std::shared_ptr<Prefix> kept_prefix_;
  std::vector<at::Tensor> hidden_;
};

}  // namespace autocircuit
