#include "binding/engine/read_config.h"

#include "binding/fields.h"
#include "runtime/error.h"

namespace autocircuit {

namespace {

RotaryConfig read_rotary(const Napi::Value& value) {
  const Fields fields(value, "config.rotary");
  RotaryConfig rotary;
  rotary.dim = fields.integer("dim");
  rotary.interleaved = fields.flag("interleaved", false);
  rotary.scale = fields.numbers("scale");
  rotary.layer_type = fields.integers("layerType");
  const Napi::Array sets = to_array(fields.get("frequencies"), fields.path("frequencies"));
  for (uint32_t i = 0; i < sets.Length(); i++) {
    rotary.frequencies.push_back(to_numbers(sets.Get(i), fields.path("frequencies") + "[" + std::to_string(i) + "]"));
  }
  return rotary;
}

GroupKind read_kind(const Fields& fields) {
  return fields.choice<GroupKind>("kind", {{"q", GroupKind::q},
                                           {"k", GroupKind::k},
                                           {"v", GroupKind::v},
                                           {"qkv", GroupKind::qkv},
                                           {"mlp", GroupKind::mlp},
                                           {"mid", GroupKind::mid},
                                           {"post", GroupKind::post},
                                           {"end", GroupKind::end}});
}

void check_group(const PatchGraph& graph, const PatchGroup& group, const std::string& what) {
  const bool inside = group.block >= 0 && group.heads > 0 && group.first_source >= 0 && group.sources >= 0 &&
                      group.sources <= graph.sources - group.first_source && group.offset >= 0;
  // Sizes are bounded first, so that the product cannot overflow.
  const int64_t tokens = graph.seq_len == 0 ? 1 : graph.seq_len;
  if (!inside || group.heads > graph.edges || tokens > graph.edges || group.offset + tokens * group.heads * group.sources > graph.edges) {
    throw Error(ErrorCode::bad_input, what + " reaches outside of the graph.");
  }
}

}  // namespace

TransformerConfig read_config(const Napi::Value& value) {
  const Fields fields(value, "config");
  TransformerConfig config;
  config.layers = fields.integer("layers");
  config.d_model = fields.integer("dModel");
  config.heads = fields.integer("heads");
  config.kv_heads = fields.integer("kvHeads");
  config.d_head = fields.integer("dHead");
  config.d_mlp = fields.integer("dMlp");
  config.d_vocab = fields.integer("dVocab");
  config.d_vocab_out = fields.integer("dVocabOut");
  config.context = fields.integer("context");
  config.norm = fields.choice<NormKind>("norm", {{"none", NormKind::none}, {"layer", NormKind::layer_norm}, {"rms", NormKind::rms_norm}});
  config.eps = fields.number("eps");
  config.attn_only = fields.flag("attnOnly", false);
  config.parallel = fields.flag("parallel", false);
  config.causal = fields.flag("causal", true);
  config.gated = fields.flag("gated", false);
  config.pre_norm = fields.flag("preNorm", true);
  config.attn_scale = fields.number("attnScale");
  config.positions = fields.choice<PositionKind>(
      "positions", {{"learned", PositionKind::learned}, {"rotary", PositionKind::rotary}, {"none", PositionKind::none}});
  config.position_offset = fields.integer("positionOffset", 0);
  if (fields.has("rotary")) config.rotary = read_rotary(fields.get("rotary"));
  config.window = fields.integers("window");
  config.activation = fields.choice<Activation>("activation", {{"relu", Activation::relu},
                                                               {"gelu", Activation::gelu},
                                                               {"gelu_new", Activation::gelu_new},
                                                               {"silu", Activation::silu},
                                                               {"quick_gelu", Activation::quick_gelu}});
  config.attn_softcap = fields.number("attnSoftcap", 0);
  config.final_softcap = fields.number("finalSoftcap", 0);
  config.embed_scale = fields.number("embedScale", 1);
  if (fields.has("qkNorm")) {
    config.qk_norm = fields.choice<QkNorm>("qkNorm", {{"head", QkNorm::head}, {"full", QkNorm::full}});
  }
  return config;
}

PatchGraph read_graph(const Napi::Value& value) {
  const Fields fields(value, "graph");
  PatchGraph graph;
  graph.factorized = fields.flag("factorized", true);
  graph.seq_len = fields.integer("seqLen", 0);
  graph.sources = fields.integer("sourceCount");
  graph.edges = fields.integer("edgeCount");
  if (graph.seq_len < 0 || graph.sources < 0 || graph.edges < 0) {
    throw Error(ErrorCode::bad_input, "graph.seqLen, graph.sourceCount and graph.edgeCount must not be negative.");
  }
  graph.latents = fields.integers("latents");
  graph.attention_latents = fields.integers("attentionLatents");
  graph.stream_latents = fields.integers("streamLatents");
  graph.errors = fields.flag("errors", false);
  const Napi::Array groups = to_array(fields.get("groups"), "graph.groups");
  for (uint32_t i = 0; i < groups.Length(); i++) {
    const std::string what = "graph.groups[" + std::to_string(i) + "]";
    const Fields group(groups.Get(i), what);
    graph.groups.push_back({read_kind(group), group.integer("block"), group.integer("heads"), group.integer("firstSource"),
                            group.integer("sourceCount"), group.integer("offset")});
    check_group(graph, graph.groups.back(), what);
  }
  return graph;
}

}  // namespace autocircuit
