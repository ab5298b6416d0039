#include "engine/check_request.h"

#include <ATen/ATen.h>

#include <set>
#include <string>

#include "engine/autoencoders.h"
#include "engine/check_patch.h"
#include "engine/latent_blocks.h"
#include "engine/latent_graph.h"
#include "engine/refuse.h"
#include "masks/mask_plan.h"

namespace autocircuit {
namespace {

void check_tokens(const TransformerConfig& config, const ForwardRequest& request) {
  const at::Tensor& tokens = request.tokens;
  if (tokens.dim() != 2) refuse("tokens must have shape [batch, positions]");
  if (tokens.numel() == 0) refuse("there are no tokens to run");
  const at::Tensor bad = at::nonzero((tokens < 0) | (tokens >= config.d_vocab));
  if (bad.size(0) > 0) {
    const int64_t prompt = bad[0][0].item<int64_t>(), position = bad[0][1].item<int64_t>();
    refuse("token id " + std::to_string(tokens[prompt][position].item<int64_t>()) + " (prompt " + std::to_string(prompt) + ", position " +
           std::to_string(position) + ") lies outside the vocabulary of " + std::to_string(config.d_vocab));
  }
  const int64_t total = tokens.size(1) + (request.prefix ? request.prefix->seq_len : 0);
  if (config.positions == PositionKind::learned && total > config.context)
    refuse("the prompts have " + std::to_string(total) + " positions, the model has " + std::to_string(config.context));
}

// Padding that leaves nothing of a prompt, or begins before it, would move positions and masks without a word.
void check_padding(const ForwardRequest& request) {
  const at::Tensor& padding = request.padding;
  const int64_t batch = request.tokens.size(0), seq_len = request.tokens.size(1);
  if (padding.sizes() != at::IntArrayRef{batch} || padding.scalar_type() != at::kLong)
    refuse("padding must be int64 [" + std::to_string(batch) + "], a number for each prompt");
  const at::Tensor bad = at::nonzero((padding < 0) | (padding >= seq_len));
  if (bad.size(0) == 0) return;
  const int64_t prompt = bad[0][0].item<int64_t>();
  refuse("prompt " + std::to_string(prompt) + " has " + std::to_string(padding[prompt].item<int64_t>()) + " padded positions of " +
         std::to_string(seq_len) + "; there must be 0 to " + std::to_string(seq_len - 1));
}

const char* name_of(GroupKind kind) {
  switch (kind) {
    case GroupKind::q: return "q";
    case GroupKind::k: return "k";
    case GroupKind::v: return "v";
    case GroupKind::qkv: return "qkv";
    case GroupKind::mlp: return "mlp";
    case GroupKind::mid: return "mid";
    case GroupKind::post: return "post";
    case GroupKind::end: return "end";
  }
  return "";
}

// How many sources have written where such a group reads; none where such a network reads nothing there.
int64_t known_sources(const TransformerConfig& c, const SourceOrder& order, bool factorized, GroupKind kind, int64_t block) {
  if (kind == GroupKind::end) return order.count();
  if (kind == GroupKind::mid) return order.has_mid() ? order.mid(block) : 0;
  if (kind == GroupKind::post) return order.has_post(block) ? order.post(block) : 0;
  if (!factorized) return 0;
  if (kind == GroupKind::mlp) return c.attn_only ? 0 : order.before(mlp_point(c, block));
  return order.heads(block);
}

bool has_heads(const TransformerConfig& c, const PatchGroup& group) {
  const bool of_head = group.kind == GroupKind::q || group.kind == GroupKind::qkv;
  if (group.kind == GroupKind::k || group.kind == GroupKind::v) return group.heads == c.kv_heads || group.heads == c.heads;
  return group.heads == (of_head ? c.heads : 1);
}

// Queries, keys and values that have inputs of their own have them all three, and a value to each key: their rows are made and taken back
// side by side.
void check_inputs_of_heads(const PatchGraph& graph, int64_t block) {
  const auto of = [&](GroupKind kind) -> const PatchGroup* {
    for (const PatchGroup& group : graph.groups)
      if (group.block == block && group.kind == kind) return &group;
    return nullptr;
  };
  const PatchGroup *const q = of(GroupKind::q), *const k = of(GroupKind::k), *const v = of(GroupKind::v);
  if (!q && !k && !v) return;
  const std::string where = " of block " + std::to_string(block);
  if (!q || !k || !v) refuse("the graph's groups q, k and v" + where + " belong together: it has some of them only");
  if (k->heads != v->heads)
    refuse("the graph's groups k and v" + where + " must have as many heads, here are " + std::to_string(k->heads) + " and " +
           std::to_string(v->heads));
}

// A group that the engine does not look at would be patched without effect.
void check_groups(const Transformer& model, const PatchGraph& graph) {
  const TransformerConfig& c = model.config();
  const SourceOrder order = source_order(model, graph.factorized);
  if (graph.sources != order.count())
    refuse("the graph has " + std::to_string(graph.sources) + " sources, this model has " + std::to_string(order.count()) +
           "; the graph is of another model");
  std::set<std::pair<int64_t, GroupKind>> seen;
  for (const PatchGroup& group : graph.groups) {
    const std::string what = std::string("the graph's group ") + name_of(group.kind) + " of block " + std::to_string(group.block);
    const bool inside = group.block >= 0 && group.block < c.layers;
    const int64_t known = inside ? known_sources(c, order, graph.factorized, group.kind, group.block) : 0;
    if (!has_heads(c, group) || group.first_source < 0 || group.first_source + group.sources > known)
      refuse(what + " has " + std::to_string(group.heads) + " heads and sources up to " +
             std::to_string(group.first_source + group.sources) + ", which this model does not have there; the graph is of another model");
    const bool shares = group.kind == GroupKind::q || group.kind == GroupKind::k || group.kind == GroupKind::v;
    const bool twice =
        !seen.emplace(group.block, group.kind).second || (shares && seen.count({group.block, GroupKind::qkv})) ||
        (group.kind == GroupKind::qkv &&
         (seen.count({group.block, GroupKind::q}) || seen.count({group.block, GroupKind::k}) || seen.count({group.block, GroupKind::v})));
    if (twice) refuse(what + " is there twice");
    // A row whose every edge is ablated reads the stream of a run in which all sources are, and rows of a block read deltas together. What
    // groups read of a network with autoencoders, whose latents may stand for sources, is checked with these (LatentGraph).
    if (graph.factorized && !model.autoencoders() && group.sources != known)
      refuse(what + " reads " + std::to_string(group.sources) + " sources of the " + std::to_string(known) +
             " that write before it, and must read them all; the graph is of another model");
  }
  for (int64_t block = 0; block < c.layers; block++) check_inputs_of_heads(graph, block);
}

void check_start(const TransformerConfig& c, const ForwardRequest& request) {
  const at::Tensor& start = request.start;
  const int64_t batch = request.tokens.size(0), seq_len = request.tokens.size(1);
  const bool fits =
      start.dim() == 3 && (start.size(0) == batch || start.size(0) == 1) && start.size(1) == seq_len && start.size(2) == c.d_model;
  if (!fits || !start.is_floating_point())
    refuse("start must be floating point [" + std::to_string(batch) + " or 1, " + std::to_string(seq_len) + ", " +
           std::to_string(c.d_model) + "], what the first source writes in the place of the embedding");
  if (request.from || request.keep_run)
    refuse("a run with another start than its tokens' embedding cannot be kept (keepRun: true), nor begin at a kept one (from)");
}

void check_graph(const Transformer& model, const PatchGraph& graph) {
  if (!model.autoencoders()) return check_groups(model, graph);
  check_groups(model, *LatentGraph(model.config(), *model.autoencoders(), graph).ordinary());
}

void check_prefix(const Transformer& model, const ForwardRequest& request) {
  const Prefix& prefix = *request.prefix;
  if (prefix.model != model.serial())
    refuse("the prefix was made by another model; keep its keys and values with this one (keysValues: true)");
  const int64_t batch = request.tokens.size(0), kept = prefix.keys.empty() ? 1 : prefix.keys[0].size(0);
  if (batch % kept)
    refuse("the prefix was made for " + std::to_string(kept) + " prompts, here are " + std::to_string(batch) +
           "; it must be one for all, or one for each");
}

bool same_padding(const at::Tensor& a, const at::Tensor& b) {
  const auto none = [](const at::Tensor& x) { return !x.defined() || x.eq(0).all().item<bool>(); };
  return a.defined() && b.defined() ? a.equal(b) : none(a) && none(b);
}

void check_run(const Transformer& model, const ForwardRequest& request) {
  const KeptRun& run = *request.from;
  if (run.model != model.serial()) refuse("the kept run (from) was made by another model; keep one of this model (keepRun: true)");
  if (run.seq_len != request.tokens.size(1) || run.batch != request.tokens.size(0))
    refuse("the kept run (from) was made for other prompts: its shape is [" + std::to_string(run.batch) + ", " +
           std::to_string(run.seq_len) + "]");
  const at::Tensor tokens = request.tokens.to(at::kCPU);
  if (!run.tokens.equal(tokens)) {
    const at::Tensor first = at::nonzero(run.tokens != tokens)[0];
    refuse("the kept run (from) was made for other tokens: the first that differs is at prompt " +
           std::to_string(first[0].item<int64_t>()) + ", position " + std::to_string(first[1].item<int64_t>()) +
           "; keep a run of these tokens (keepRun: true)");
  }
  if (!same_padding(run.padding, request.padding.defined() ? request.padding.to(at::kCPU) : request.padding))
    refuse("the kept run (from) was made with other padding; keep a run with this one (keepRun: true)");
  if (run.prefix != (request.prefix ? request.prefix->serial.value() : 0))
    refuse("the kept run (from) was made behind another prefix; keep a run behind this one (keepRun: true)");
  const int64_t rows = source_order(model).count() + (model.autoencoders() ? model.autoencoders()->packed_rows() : 0);
  if (!request.is_factorized() || run.source_outputs.size(0) != rows)
    refuse("a kept run (from) can only be a starting point for a factorised graph, and only one that was kept for it");
  const bool whole =
      request.want_source_outputs || request.want_latents || request.want_resid || request.want_keys_values || request.keep_run;
  // Gradients take a whole pass anyway.
  if (whole && !request.records_gradients())
    refuse(
        "a pass that begins at a kept run (from) gives logits and divergences only: blocks before the first patched edge are not run; "
        "ask for keepSources, latents, resid, keysValues or keepRun without it");
}

void check_hook(const Transformer& model, const ForwardRequest& request, const HookPoint& point, bool replaced) {
  const TransformerConfig& c = model.config();
  const std::string name = "hook point `" + name_of(point) + "`";
  if (point.block < 0 || point.block >= c.layers) refuse(name + ": the model has blocks 0 to " + std::to_string(c.layers - 1));
  const bool is_there = [&] {
    switch (point.hook) {
      case Hook::resid_mid: return !c.parallel;
      case Hook::rot_q:
      case Hook::rot_k: return c.positions == PositionKind::rotary;
      case Hook::mlp_pre_linear: return !c.attn_only && c.gated;
      case Hook::mlp_pre:
      case Hook::mlp_post:
      case Hook::mlp_out: return !c.attn_only;
      case Hook::ln1_scale:
      case Hook::ln1_normalized: return c.pre_norm && c.norm != NormKind::none;
      case Hook::ln2_scale:
      case Hook::ln2_normalized: return !c.attn_only && c.pre_norm && c.norm != NormKind::none;
      case Hook::final_scale:
      case Hook::final_normalized: return c.norm != NormKind::none;
      default: return true;
    }
  }();
  if (!is_there) refuse(name + " is none of this model's");
  const bool of_mlp =
      point.hook == Hook::mlp_pre || point.hook == Hook::mlp_pre_linear || point.hook == Hook::mlp_post || point.hook == Hook::mlp_out;
  const Autoencoders* autoencoders = model.autoencoders();
  const int64_t number = autoencoders ? autoencoders->of_mlp(point.block) : -1,
                of_attention = autoencoders ? autoencoders->of_attention(point.block) : -1,
                of_stream = autoencoders ? autoencoders->of_stream(point.block) : -1;
  if (of_mlp && number >= 0 && is_transcoder((*autoencoders)[number].input) && !autoencoders->errors())
    refuse(name + " has no value where transcoders take the MLP's place and nothing is kept of what they leave out");
  if (request.patch && is_of_norm(point.hook))
    refuse(name + " has no value of its own where edges are patched: each destination has a norm of its input; read it without a patch");
  if (request.patch && replaced && is_of_stream(point.hook))
    refuse(name +
           " cannot be replaced where edges are patched: what destinations read there is the sum of their own edges; replace what "
           "sources write, or leave out the patch");
  const bool of_latents = (number >= 0 && (point.hook == Hook::mlp_out || point.hook == Hook::mlp_post)) ||
                          (of_attention >= 0 && (point.hook == Hook::attn_out || point.hook == Hook::z)) ||
                          (of_stream >= 0 && point.hook == Hook::resid_post);
  if (replaced && of_latents) refuse(name + " cannot be replaced in a model with autoencoders, whose latents are made of it");
}

void check_hooks(const Transformer& model, const ForwardRequest& request) {
  for (const HookPoint& point : request.hooks.read) check_hook(model, request, point, false);
  for (const Replacement& replacement : request.hooks.replaced) check_hook(model, request, replacement.point, true);
  if (request.from) refuse("a pass whose values are read or replaced by hook points cannot begin at a kept run (from)");
  if (request.patch && request.patch->mask.requires_grad())
    refuse("a pass whose values are read or replaced by hook points gives no gradients; give a mask that does not record them");
  if (!request.hooks.replaced.empty() && (request.keep_run || request.want_keys_values))
    refuse("a pass whose values are replaced cannot be kept (keepRun, keysValues): later ones would not know of it");
}

void check_positions(const ForwardRequest& request) {
  const int64_t seq_len = request.tokens.size(1);
  for (const int64_t p : *request.positions)
    if (p < 0 || p >= seq_len)
      refuse("output position " + std::to_string(p) + " lies outside the prompts' " + std::to_string(seq_len) + " positions");
}

void check_reference(const TransformerConfig& config, const ForwardRequest& request) {
  if (request.records_gradients()) refuse("divergences carry no gradient; ask for logits, or give a mask that does not record one");
  const int64_t positions = request.positions ? static_cast<int64_t>(request.positions->size()) : request.tokens.size(1);
  if (positions == 0) refuse("divergences are of output positions, and none is asked for");
  const at::Tensor &logits = request.reference->logits, &probabilities = request.reference->probabilities;
  const bool wide = logits.scalar_type() == at::kDouble;
  if (!logits.is_floating_point() || !probabilities.is_floating_point() || wide != (probabilities.scalar_type() == at::kDouble))
    refuse("the reference's logits and probabilities must be floating point, both float64 or neither");
  const int64_t rows = logits.dim() == 2 ? logits.size(0) : 0, outputs = batch_of(request) * positions;
  const int64_t masks = request.patch ? masks_of(*request.patch->graph, request.patch->mask) : 1;
  for (const at::Tensor& given : {logits, probabilities})
    if (given.sizes() != at::IntArrayRef{rows, config.d_vocab_out} || rows == 0 || rows % positions || outputs % rows)
      refuse("the reference must be [prompts * positions, vocabulary], here [" + std::to_string(outputs / masks) + ", " +
             std::to_string(config.d_vocab_out) + "]");
}

// Latents that each position has of its own.
void check_latent_positions(const Autoencoders& autoencoders, int64_t seq_len) {
  for (int64_t number = 0; number < autoencoders.count(); number++)
    if (const int64_t positions = autoencoders[number].positions(); positions != 1 && positions != seq_len)
      refuse(name_of(autoencoders[number]) + " has latents for each of " + std::to_string(positions) + " positions, the prompts have " +
             std::to_string(seq_len));
}

}  // namespace

void check_request(const Transformer& model, const ForwardRequest& request) {
  check_tokens(model.config(), request);
  if (request.padding.defined()) check_padding(request);
  if (request.graph && (!request.patch || request.graph != request.patch->graph)) check_graph(model, *request.graph);
  if (request.patch) check_graph(model, *request.patch->graph);
  if (request.start.defined()) check_start(model.config(), request);
  if (request.prefix) check_prefix(model, request);
  if (request.from) check_run(model, request);
  if (!request.hooks.empty()) check_hooks(model, request);
  if (model.autoencoders()) check_latent_positions(*model.autoencoders(), request.tokens.size(1));
  if (request.patch) check_patch(model, request);
  if (request.positions) check_positions(request);
  if (request.reference) check_reference(model.config(), request);
  if (request.patch && request.keep_run)
    refuse("a run that is kept (keepRun: true) must not be patched; leave out the patch, and start patched runs from it (from)");
}

}  // namespace autocircuit
