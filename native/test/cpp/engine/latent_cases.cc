#include "engine/latent_cases.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "check.h"

namespace autocircuit::test {

GivenAutoencoder random_autoencoder(const Setting& s, int64_t block, AutoencoderInput input) {
  const TransformerConfig& c = s.config();
  const int64_t width = input == AutoencoderInput::mlp_post ? c.d_mlp : input == AutoencoderInput::z ? c.heads * c.d_head : c.d_model;
  const auto random = [](at::IntArrayRef sizes, double scale) { return at::randn(sizes, at::kDouble) * scale; };
  const int64_t latents = 5 + block;
  GivenAutoencoder made;
  made.block = block;
  made.input = input;
  made.encode = random({latents, width}, 0.4);
  made.bias = random({latents}, 0.1);
  made.decode = random({latents, width}, 0.3);
  made.out_bias = random({width}, 0.2);
  made.top = block == 1 ? 3 : 0;
  return made;
}

LatentTable table_of(const Setting& s, const Autoencoders& autoencoders, const PatchGraph& ordinary) {
  const SourceOrder order(s.config(), StreamSources::none);
  std::vector<int64_t> owner{0};
  const auto place = [&](int64_t number, int64_t first, int64_t sources) {
    if (number >= 0) owner.insert(owner.end(), autoencoders[number].latents() + 1, first);
    else
      for (int64_t i = 0; i < sources; i++) owner.push_back(first + i);
  };
  for (int64_t block = 0; block < s.config().layers; block++) {
    place(autoencoders.of_attention(block), order.heads(block), s.config().heads);
    if (!s.config().attn_only) place(autoencoders.of_mlp(block), order.mlp(block), 1);
  }
  LatentTable made;
  made.graph.seq_len = ordinary.seq_len;
  made.graph.sources = static_cast<int64_t>(owner.size());
  made.graph.latents = autoencoders.mlp_counts();
  made.graph.attention_latents = autoencoders.attention_counts();
  made.graph.errors = true;
  for (const PatchGroup& group : ordinary.groups) {
    PatchGroup own = group;
    own.offset = static_cast<int64_t>(made.cell.size());
    own.sources = std::count_if(owner.begin(), owner.end(), [&](int64_t source) { return source < group.sources; });
    for (int64_t row = 0; row < std::max<int64_t>(ordinary.seq_len, 1) * group.heads; row++)
      for (int64_t column = 0; column < own.sources; column++) made.cell.push_back(group.offset + row * group.sources + owner[column]);
    made.graph.groups.push_back(own);
  }
  made.graph.edges = static_cast<int64_t>(made.cell.size());
  return made;
}

PatchGraph graph_with_latents(const Setting& s, const GraphKind& kind, const Autoencoders& autoencoders) {
  const TransformerConfig& c = s.config();
  PatchGraph graph;
  graph.seq_len = kind.by_token ? s.clean.size(1) : 0;
  graph.latents = autoencoders.mlp_counts();
  graph.attention_latents = autoencoders.attention_counts();
  graph.stream_latents = autoencoders.stream_counts();
  graph.errors = autoencoders.errors();
  int64_t first = 0, written = 1;
  const auto read = [&](GroupKind group, int64_t block, int64_t heads) {
    graph.groups.push_back({group, block, heads, first, written - first, graph.edges});
    graph.edges += std::max<int64_t>(graph.seq_len, 1) * heads * (written - first);
  };
  const auto write = [&](int64_t number, int64_t usual) {
    written += number < 0 ? usual : autoencoders[number].latents() + autoencoders.errors();
  };
  const int64_t kv_rows = kind.ungrouped ? c.heads : c.kv_heads;
  for (int64_t l = 0; l < c.layers; l++) {
    if (!kind.separate) read(GroupKind::qkv, l, c.heads);
    for (const GroupKind group : {GroupKind::q, GroupKind::k, GroupKind::v})
      if (kind.separate) read(group, l, group == GroupKind::q ? c.heads : kv_rows);
    if (c.parallel && !c.attn_only) read(GroupKind::mlp, l, 1);
    write(autoencoders.of_attention(l), c.heads);
    if (!c.parallel && !c.attn_only) read(GroupKind::mlp, l, 1);
    if (!c.attn_only) write(autoencoders.of_mlp(l), 1);
    if (autoencoders.of_stream(l) < 0) continue;
    read(GroupKind::post, l, 1);
    first = written;
    write(autoencoders.of_stream(l), 0);
  }
  read(GroupKind::end, c.layers - 1, 1);
  graph.sources = written;
  return graph;
}

at::Tensor gradient_of(const Transformer& model, ForwardRequest request) {
  const at::Tensor leaf = request.patch->mask.clone().requires_grad_();
  request.patch->mask = leaf;
  return torch::autograd::grad({model.forward(request).logits.square().sum()}, {leaf})[0];
}

PlainAnswers plain_answers(const Setting& s, const std::string& what, const std::vector<GivenAutoencoder>& given, const PatchGraph& graph,
                           const at::Tensor& mask, const std::vector<at::Tensor>& ablated) {
  const bool with_gradients = s.type == at::kDouble;
  const std::vector<at::Tensor>& made = s.made->get(what, {mask}, [&] {
    const at::Tensor leaf = mask.clone().requires_grad_(with_gradients);
    const at::Tensor logits = plain_forward(s.config(), s.weights, given, s.clean, graph, leaf, ablated).logits;
    const auto gradient = [&](const at::Tensor& of) {
      if (!with_gradients) return at::Tensor();
      return torch::autograd::grad({of.square().sum()}, {leaf}, {}, /*retain_graph=*/true)[0];
    };
    return std::vector{logits.detach(), gradient(logits), gradient(logits.narrow(1, 6, 1))};
  });
  return {made[0], made[1], made[2]};
}

bool can_have_latents(const Setting& s, const GraphKind& kind) {
  return kind.factorized && (s.type == at::kDouble || s.type == at::kFloat);
}

std::string refusal_of(const Setting& s, std::vector<GivenAutoencoder> given) {
  return message_of([&] { Autoencoders(s.config(), s.model.weights(), true, std::move(given)); });
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace autocircuit::test
