#include "engine/plain_transformer.h"

#include <map>
#include <tuple>

#include "engine/mlp.h"
#include "engine/plain_latents.h"

namespace autocircuit::test {
namespace {

at::Tensor weight(const NamedWeights& weights, const std::string& name) {
  const auto found = weights.find(name);
  return found == weights.end() ? at::Tensor() : found->second;
}

at::Tensor plain_norm(const TransformerConfig& c, const NamedWeights& weights, const std::string& name, const at::Tensor& x) {
  if (c.norm == NormKind::none) return x;
  const at::Tensor centred = c.norm == NormKind::layer_norm ? x - x.mean(-1, true) : x;
  at::Tensor out = centred / at::sqrt((centred * centred).mean(-1, true) + c.eps);
  if (const at::Tensor w = weight(weights, name + ".w"); w.defined()) out = out * w;
  if (const at::Tensor b = weight(weights, name + ".b"); b.defined()) out = out + b;
  return out;
}

at::Tensor rms(const at::Tensor& x, double eps) { return at::sqrt((x * x).mean(-1, true) + eps); }

at::Tensor turn(const TransformerConfig& c, const at::Tensor& x) {  // [B, P, dHead]
  if (c.positions != PositionKind::rotary) return x;
  at::Tensor out = x.clone();
  const int64_t half = c.rotary.dim / 2;
  for (int64_t i = 0; i < half; i++) {
    const at::Tensor angle = at::arange(x.size(1), x.options()) * c.rotary.frequencies[0][i];
    const int64_t first = c.rotary.interleaved ? 2 * i : i, second = c.rotary.interleaved ? 2 * i + 1 : i + half;
    const at::Tensor a = x.select(2, first), b = x.select(2, second);
    out.select(2, first).copy_(a * at::cos(angle) - b * at::sin(angle));
    out.select(2, second).copy_(b * at::cos(angle) + a * at::sin(angle));
  }
  return out;
}

class Run {
 public:
  Run(const TransformerConfig& c, const NamedWeights& weights, const PatchGraph& graph, const at::Tensor& mask,
      const std::vector<at::Tensor>& ablated, const std::vector<GivenAutoencoder>& autoencoders)
      : c_(c), weights_(weights), graph_(graph), mask_(mask), ablated_(ablated), autoencoders_(autoencoders),
        order_(c, graph.factorized ? StreamSources::none : StreamSources::read_anew) {}

  PlainLatents run(const at::Tensor& tokens) {
    at::Tensor x = w("embed.W_E").index_select(0, tokens.flatten()).view({tokens.size(0), tokens.size(1), c_.d_model}) * c_.embed_scale;
    if (c_.positions == PositionKind::learned) x = x + w("pos_embed.W_pos").narrow(0, c_.position_offset, tokens.size(1));
    outputs_.push_back(x);
    for (int64_t l = 0; l < c_.layers; l++) x = block(l, x);
    x = input(GroupKind::end, c_.layers - 1, 0, x);
    at::Tensor logits = at::matmul(plain_norm(c_, weights_, "ln_final", x), w("unembed.W_U"));
    if (w("unembed.b_U").defined()) logits = logits + w("unembed.b_U");
    if (c_.final_softcap > 0) logits = at::tanh(logits / c_.final_softcap) * c_.final_softcap;
    return {logits, outputs_};
  }

 private:
  at::Tensor w(const std::string& name) const { return weight(weights_, name); }

  // x'[b, p] = x[b, p] + sum_s m[(m,)(t,) h, s] (a[s] - current[s])
  at::Tensor input(GroupKind kind, int64_t block, int64_t head, const at::Tensor& x) const {
    if (!mask_.defined()) return x;
    for (const PatchGroup& group : graph_.groups) {
      if (group.kind != kind || group.block != block) continue;
      const at::Tensor masks = mask_.dim() == 1 ? mask_.unsqueeze(0) : mask_;
      const int64_t tokens = graph_.seq_len ? graph_.seq_len : 1, cells = tokens * group.heads * group.sources;
      at::Tensor rows = masks.narrow(1, group.offset, cells).view({masks.size(0), tokens, group.heads, group.sources}).select(2, head);
      rows = rows.repeat_interleave(x.size(0) / masks.size(0), 0);  // [B, T, S]
      const int64_t reading_block = block + (kind == GroupKind::end || kind == GroupKind::post ? 1 : 0);
      // [S, B, T, 1] times [S, B, P, D]
      return x + (rows.permute({2, 0, 1}).unsqueeze(3) * changes(group.first_source, group.sources, reading_block)).sum(0);
    }
    return x;
  }

  // [S, B, P, D]: by how much full patching changes what a reader gets of each source. The same for all heads that read there.
  at::Tensor changes(int64_t first, int64_t count, int64_t reading_block) const {
    at::Tensor& found = changes_[{first, count, reading_block}];
    if (found.defined()) return found;
    std::vector<at::Tensor> each;
    for (int64_t source = first; source < first + count; source++)
      each.push_back(read(source, ablated_[source] - outputs_[source], reading_block));
    return found = at::stack(each);
  }

  // What a reader gets of a source: itself, or so much of a latent times what that has written until then.
  at::Tensor read(int64_t source, const at::Tensor& x, int64_t reading_block) const {
    const auto found = latents_.find(source);
    if (found == latents_.end()) return x;
    const auto [autoencoder, latent] = found->second;
    at::Tensor written = autoencoder->decode[latent];
    const auto later = static_cast<int64_t>(autoencoder->decode_later.size());
    for (int64_t i = 0; i < later && autoencoder->block + 1 + i < reading_block; i++)
      written = written + autoencoder->decode_later[i][latent];
    return x.unsqueeze(2) * written;
  }

  const GivenAutoencoder* autoencoder_of(int64_t block, bool (*is_of)(AutoencoderInput)) const {
    for (const GivenAutoencoder& one : autoencoders_)
      if (one.block == block && is_of(one.input)) return &one;
    return nullptr;
  }

  int64_t rows_of(GroupKind kind, int64_t block) const {
    for (const PatchGroup& group : graph_.groups)
      if (group.kind == kind && group.block == block) return group.heads;
    return 0;
  }

  at::Tensor project(const std::string& block_name, GroupKind kind, const char* letter, int64_t block, int64_t head,
                     const at::Tensor& x) const {
    const bool shared = rows_of(GroupKind::qkv, block) > 0;
    const int64_t own = kind == GroupKind::q ? c_.heads : c_.kv_heads, of_weight = head * own / c_.heads;
    const int64_t rows = shared ? c_.heads : rows_of(kind, block);
    const at::Tensor in = input(shared ? GroupKind::qkv : kind, block, rows ? head * rows / c_.heads : 0, x);
    const at::Tensor normed = c_.pre_norm ? plain_norm(c_, weights_, block_name + "ln1", in) : in;
    const std::string name = block_name + "attn.";
    at::Tensor out = at::matmul(normed, w(name + "W_" + letter)[of_weight]);
    if (const at::Tensor bias = w(name + "b_" + letter); bias.defined()) out = out + bias[of_weight];
    return out;
  }

  at::Tensor attention_head(const std::string& block_name, int64_t block, int64_t head, const at::Tensor& x) const {
    at::Tensor q = project(block_name, GroupKind::q, "Q", block, head, x), k = project(block_name, GroupKind::k, "K", block, head, x);
    const at::Tensor v = project(block_name, GroupKind::v, "V", block, head, x);
    if (c_.qk_norm == QkNorm::head) {
      q = q / rms(q, c_.eps) * w(block_name + "attn.q_norm.w");
      k = k / rms(k, c_.eps) * w(block_name + "attn.k_norm.w");
    }
    q = turn(c_, q);
    k = turn(c_, k);
    at::Tensor scores = at::matmul(q, k.transpose(1, 2)) / c_.attn_scale;
    if (c_.attn_softcap > 0) scores = at::tanh(scores / c_.attn_softcap) * c_.attn_softcap;
    const at::Tensor at_key = at::arange(x.size(1)).unsqueeze(0), at_query = at::arange(x.size(1)).unsqueeze(1);
    at::Tensor hidden = at::zeros({x.size(1), x.size(1)}, at::kBool);
    if (c_.causal) hidden = at_key > at_query;
    if (!c_.window.empty() && c_.window[block] > 0) hidden = hidden | (at_query - at_key >= c_.window[block]);
    return at::matmul(at::softmax(scores.masked_fill(hidden, -1e30), -1), v);
  }

  at::Tensor block(int64_t l, const at::Tensor& x) {
    const std::string name = "blocks." + std::to_string(l) + ".";
    std::vector<at::Tensor> heads;
    for (int64_t h = 0; h < c_.heads; h++) heads.push_back(at::matmul(attention_head(name, l, h, x), w(name + "attn.W_O")[h]));
    at::Tensor bias = w(name + "attn.b_O");
    const auto written = [&] {
      at::Tensor total = bias;
      for (const at::Tensor& head : heads) total = total.defined() ? total + head : head;
      return total;
    };
    if (const at::Tensor post = w(name + "ln1_post.w"); post.defined()) {
      const at::Tensor factor = post / rms(written(), c_.eps);
      for (at::Tensor& head : heads) head = head * factor;
      if (bias.defined()) bias = bias * factor;
    }
    at::Tensor total = written();
    if (const GivenAutoencoder* one = autoencoder_of(l, is_of_attention)) total = replaced(*one, total, total);
    else outputs_.insert(outputs_.end(), heads.begin(), heads.end());
    at::Tensor after = x + total;
    if (c_.parallel) after = after + write_mlp(l, mlp(name, l, x));
    if (!c_.parallel && !c_.attn_only) {
      if (order_.has_mid()) {
        after = input(GroupKind::mid, l, 0, after);
        outputs_.push_back(after);
      }
      after = after + write_mlp(l, mlp(name, l, after));
    }
    if (const GivenAutoencoder* one = autoencoder_of(l, is_of_stream)) {
      const at::Tensor read = input(GroupKind::post, l, 0, after);
      return replaced(*one, read, read);
    }
    if (order_.has_post(l)) {
      after = input(GroupKind::post, l, 0, after);
      outputs_.push_back(after);
    }
    return after;
  }

  at::Tensor write_mlp(int64_t l, const at::Tensor& out) {
    if (const GivenAutoencoder* one = autoencoder_of(l, is_of_mlp))
      return replaced(*one, is_transcoder(one->input) ? transcoded_ : out, out);
    outputs_.push_back(out);
    return out;
  }

  // What goes on in a value's place: latents, the bias and what those of all blocks until then leave out of it, each a source.
  at::Tensor replaced(const GivenAutoencoder& own, const at::Tensor& read, const at::Tensor& out) {
    at::Tensor latents = at::matmul(read, own.encode.t()) + own.bias;
    const at::Tensor least = own.threshold.defined() ? own.threshold.clamp_min(0) : at::zeros_like(own.bias);
    at::Tensor active = latents > least;
    if (own.top > 0) active = active & (latents >= std::get<0>(latents.topk(own.top, -1)).narrow(-1, own.top - 1, 1));
    latents = latents * active;
    at::Tensor made = own.out_bias + at::matmul(latents, own.decode);
    for (const auto& [from, activations] : crossing_)
      made = made + at::matmul(activations, from->decode_later[own.block - from->block - 1]);
    if (!own.decode_later.empty()) crossing_.emplace_back(&own, latents);
    for (int64_t latent = 0; latent < own.bias.size(0); latent++) {
      latents_[static_cast<int64_t>(outputs_.size())] = {&own, latent};
      outputs_.push_back(latents.select(2, latent));
    }
    if (graph_.errors) outputs_.push_back(out - made);
    return graph_.errors ? out : made;
  }

  at::Tensor mlp(const std::string& block_name, int64_t l, const at::Tensor& x) {
    const at::Tensor in = input(GroupKind::mlp, l, 0, x);
    const at::Tensor normed = c_.pre_norm ? plain_norm(c_, weights_, block_name + "ln2", in) : in;
    const GivenAutoencoder* of_mlp = autoencoder_of(l, is_of_mlp);
    transcoded_ = of_mlp && of_mlp->input == AutoencoderInput::mlp_resid ? in : normed;
    const auto product = [&](const char* letter) {
      const at::Tensor out = at::matmul(normed, w(block_name + "mlp.W_" + letter));
      const at::Tensor bias = w(block_name + "mlp.b_" + letter);
      return bias.defined() ? out + bias : out;
    };
    at::Tensor out =
        at::matmul(hidden_units(c_.activation, product("in"), c_.gated ? product("gate") : at::Tensor()), w(block_name + "mlp.W_out"));
    if (const at::Tensor bias = w(block_name + "mlp.b_out"); bias.defined()) out = out + bias;
    if (const at::Tensor post = w(block_name + "ln2_post.w"); post.defined()) out = out * post / rms(out, c_.eps);
    return out;
  }

  const TransformerConfig& c_;
  const NamedWeights& weights_;
  const PatchGraph& graph_;
  const at::Tensor mask_;
  const std::vector<at::Tensor>& ablated_;
  const std::vector<GivenAutoencoder>& autoencoders_;
  const SourceOrder order_;
  std::vector<at::Tensor> outputs_;
  std::map<int64_t, std::pair<const GivenAutoencoder*, int64_t>> latents_;  // sources that are latents: which of which
  std::vector<std::pair<const GivenAutoencoder*, at::Tensor>> crossing_;    // [B, P, L] of transcoders that write to later blocks
  at::Tensor transcoded_;
  mutable std::map<std::tuple<int64_t, int64_t, int64_t>, at::Tensor> changes_;  // by first source, number of sources, block
};

}  // namespace

NamedWeights random_weights(const TransformerConfig& c, at::ScalarType dtype) {
  NamedWeights weights;
  // Without norms the stream, and with its square attention scores, would grow from block to block until narrow types have no digits left.
  const double tame = c.norm == NormKind::none ? 0.5 : 1;
  const auto add = [&](const std::string& name, at::IntArrayRef shape, double size, double centre = 0) {
    weights[name] = (at::randn(shape, at::kDouble) * size * tame + centre).to(dtype);
  };
  const auto add_norm = [&](const std::string& name) {
    if (c.norm == NormKind::none) return;
    add(name + ".w", {c.d_model}, 0.2, 1);
    if (c.norm == NormKind::layer_norm) add(name + ".b", {c.d_model}, 0.2);
  };
  add("embed.W_E", {c.d_vocab, c.d_model}, 1);
  if (c.positions == PositionKind::learned) add("pos_embed.W_pos", {c.context + c.position_offset, c.d_model}, 0.5);
  for (int64_t l = 0; l < c.layers; l++) {
    const std::string p = "blocks." + std::to_string(l) + ".";
    if (c.pre_norm) add_norm(p + "ln1");
    for (const char* letter : {"Q", "K", "V"}) {
      const int64_t heads = *letter == 'Q' ? c.heads : c.kv_heads;
      add(p + "attn.W_" + letter, {heads, c.d_model, c.d_head}, 0.4);
      add(p + "attn.b_" + letter, {heads, c.d_head}, 0.2);
    }
    add(p + "attn.W_O", {c.heads, c.d_head, c.d_model}, 0.4);
    if (c.pre_norm) add(p + "attn.b_O", {c.d_model}, 0.2);
    if (c.qk_norm == QkNorm::head) {
      add(p + "attn.q_norm.w", {c.d_head}, 0.2, 1);
      add(p + "attn.k_norm.w", {c.d_head}, 0.2, 1);
    }
    if (!c.pre_norm) add(p + "ln1_post.w", {c.d_model}, 0.2, 1);
    if (c.attn_only) continue;
    if (c.pre_norm) add_norm(p + "ln2");
    add(p + "mlp.W_in", {c.d_model, c.d_mlp}, 0.4);
    add(p + "mlp.b_in", {c.d_mlp}, 0.2);
    if (c.gated) add(p + "mlp.W_gate", {c.d_model, c.d_mlp}, 0.4);
    add(p + "mlp.W_out", {c.d_mlp, c.d_model}, 0.4);
    add(p + "mlp.b_out", {c.d_model}, 0.2);
    if (!c.pre_norm) add(p + "ln2_post.w", {c.d_model}, 0.2, 1);
  }
  add_norm("ln_final");
  add("unembed.W_U", {c.d_model, c.d_vocab_out}, 0.5);
  add("unembed.b_U", {c.d_vocab_out}, 0.2);
  return weights;
}

PatchGraph make_graph(const TransformerConfig& c, int64_t seq_len, bool separate_qkv, bool factorized, bool ungrouped) {
  const SourceOrder order(c, factorized ? StreamSources::none : StreamSources::read_anew);
  PatchGraph graph;
  graph.factorized = factorized;
  graph.seq_len = seq_len;
  graph.sources = order.count();
  const auto add = [&](GroupKind kind, int64_t block, int64_t heads, int64_t first, int64_t end) {
    graph.groups.push_back({kind, block, heads, first, end - first, graph.edges});
    graph.edges += (seq_len ? seq_len : 1) * heads * (end - first);
  };
  const int64_t kv_rows = ungrouped ? c.heads : c.kv_heads;
  for (int64_t l = 0; l < c.layers; l++) {
    const bool last = l + 1 == c.layers;
    if (factorized) {
      if (separate_qkv) {
        add(GroupKind::q, l, c.heads, 0, order.heads(l));
        add(GroupKind::k, l, kv_rows, 0, order.heads(l));
        add(GroupKind::v, l, kv_rows, 0, order.heads(l));
      } else {
        add(GroupKind::qkv, l, c.heads, 0, order.heads(l));
      }
      if (!c.attn_only) add(GroupKind::mlp, l, 1, 0, order.before(mlp_point(c, l)));
    } else {
      const int64_t previous = l ? order.post(l - 1) : 0;
      if (order.has_mid()) add(GroupKind::mid, l, 1, previous, order.mid(l));
      const int64_t first = order.has_mid() ? order.mid(l) : previous;
      const int64_t end = last ? order.count() : order.post(l);
      add(last ? GroupKind::end : GroupKind::post, l, 1, first, end);
    }
  }
  if (factorized) add(GroupKind::end, c.layers - 1, 1, 0, order.count());
  return graph;
}

PlainResult plain_forward(const TransformerConfig& config, const NamedWeights& weights, const at::Tensor& tokens, const PatchGraph& graph,
                          const at::Tensor& mask, const at::Tensor& ablated) {
  const std::vector<at::Tensor> taken = ablated.defined() ? ablated.unbind() : std::vector<at::Tensor>();
  const std::vector<GivenAutoencoder> none;
  const PlainLatents made = Run(config, weights, graph, mask, taken, none).run(tokens);
  return {made.logits, at::stack(made.source_outputs)};
}

PlainLatents plain_forward(const TransformerConfig& config, const NamedWeights& weights, const std::vector<GivenAutoencoder>& autoencoders,
                           const at::Tensor& tokens, const PatchGraph& graph, const at::Tensor& mask,
                           const std::vector<at::Tensor>& ablated) {
  return Run(config, weights, graph, mask, ablated, autoencoders).run(tokens);
}

}  // namespace autocircuit::test
