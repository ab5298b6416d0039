#include "engine/weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "runtime/error.h"

namespace autocircuit {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::ostringstream text;
  text << "[";
  for (size_t i = 0; i < shape.size(); i++) text << (i ? ", " : "") << shape[i];
  text << "]";
  return text.str();
}

// Hands out weights by name, checking each one's shape, dtype and finiteness, and remembers which were used.
class WeightReader {
 public:
  WeightReader(const std::unordered_map<std::string, at::Tensor>& named, const Placement& placement)
      : named_(named), device_(placement.device) {
    for (const auto& [name, tensor] : named)
      if (tensor.scalar_type() == at::kDouble) dtype_ = at::kDouble;
    if (placement.dtype) dtype_ = *placement.dtype;
  }

  at::Tensor required(const std::string& name, at::IntArrayRef shape) {
    at::Tensor tensor = optional(name, shape);
    if (!tensor.defined())
      throw Error(ErrorCode::bad_input, "weight '" + name + "' is missing; this architecture needs it with shape " + shape_text(shape));
    return tensor;
  }

  at::Tensor optional(const std::string& name, at::IntArrayRef shape) {
    const auto found = named_.find(name);
    if (found == named_.end()) return {};
    used_.insert(name);
    const at::Tensor& tensor = found->second;
    if (tensor.sizes() != shape)
      throw Error(ErrorCode::bad_input,
                  "weight '" + name + "' has shape " + shape_text(tensor.sizes()) + ", expected " + shape_text(shape));
    if (!tensor.is_floating_point()) throw Error(ErrorCode::bad_input, "weight '" + name + "' is not a floating point tensor");
    // A NaN or an infinity anywhere makes the sum non-finite; only then is it worth finding where. (In the tensor's own
    // type: a sum in a wider one would copy the whole weight first.)
    if (!std::isfinite(at::sum(tensor).item<double>())) {
      const at::Tensor bad = at::nonzero(at::isfinite(tensor).logical_not().flatten());
      if (bad.numel() > 0)
        throw Error(ErrorCode::bad_input, "weight '" + name + "' holds " + std::to_string(bad.size(0)) +
                                              " values that are NaN or infinite (the first at flat index " +
                                              std::to_string(bad[0][0].item<int64_t>()) + "); the checkpoint is damaged");
    }
    const at::Tensor placed = tensor.detach().to(device_, dtype_);
    if (dtype_ == at::kHalf && tensor.scalar_type() != at::kHalf && !std::isfinite(placed.abs().max().item<double>()))
      throw Error(ErrorCode::bad_input,
                  "weight '" + name + "' holds numbers that float16 cannot (it ends at 65504); use bfloat16 or float32");
    return placed;
  }

  void refuse_unused() const {
    for (const auto& [name, tensor] : named_)
      if (!used_.count(name))
        throw Error(
            ErrorCode::bad_input,
            "weight '" + name + "' is not part of this architecture; check the config (attn_only, gated, norms, positions) or remove it");
  }

 private:
  const std::unordered_map<std::string, at::Tensor>& named_;
  std::set<std::string> used_;
  const at::Device device_;
  at::ScalarType dtype_ = at::kFloat;
};

// [heads, d_model, d_head] -> [d_model, heads * d_head]; a copy only where the strides are not those of one matrix.
at::Tensor per_head_inputs(const at::Tensor& w) {
  return w.defined() ? w.permute({1, 0, 2}).reshape({w.size(1), w.size(0) * w.size(2)}) : w;
}

at::Tensor flat(const at::Tensor& b) { return b.defined() ? b.reshape({-1}) : b; }

NormWeights norm(WeightReader& reader, const std::string& name, int64_t size) {
  return {reader.optional(name + ".w", {size}), reader.optional(name + ".b", {size})};
}

BlockWeights read_block(WeightReader& reader, const TransformerConfig& c, int64_t block) {
  const std::string p = "blocks." + std::to_string(block) + ".";
  BlockWeights b;
  b.ln1 = norm(reader, p + "ln1", c.d_model);
  b.ln1_post = norm(reader, p + "ln1_post", c.d_model);
  b.w_q = per_head_inputs(reader.required(p + "attn.W_Q", {c.heads, c.d_model, c.d_head}));
  b.w_k = per_head_inputs(reader.required(p + "attn.W_K", {c.kv_heads, c.d_model, c.d_head}));
  b.w_v = per_head_inputs(reader.required(p + "attn.W_V", {c.kv_heads, c.d_model, c.d_head}));
  b.b_q = flat(reader.optional(p + "attn.b_Q", {c.heads, c.d_head}));
  b.b_k = flat(reader.optional(p + "attn.b_K", {c.kv_heads, c.d_head}));
  b.b_v = flat(reader.optional(p + "attn.b_V", {c.kv_heads, c.d_head}));
  b.w_o = reader.required(p + "attn.W_O", {c.heads, c.d_head, c.d_model}).reshape({c.heads * c.d_head, c.d_model});
  b.b_o = reader.optional(p + "attn.b_O", {c.d_model});
  if (c.qk_norm != QkNorm::none) {
    const bool full = c.qk_norm == QkNorm::full;
    b.q_norm = reader.required(p + "attn.q_norm.w", {full ? c.heads * c.d_head : c.d_head});
    b.k_norm = reader.required(p + "attn.k_norm.w", {full ? c.kv_heads * c.d_head : c.d_head});
  }
  if (c.attn_only) return b;
  b.ln2 = norm(reader, p + "ln2", c.d_model);
  b.ln2_post = norm(reader, p + "ln2_post", c.d_model);
  b.w_in = reader.required(p + "mlp.W_in", {c.d_model, c.d_mlp});
  b.b_in = reader.optional(p + "mlp.b_in", {c.d_mlp});
  if (c.gated) {
    b.w_gate = reader.required(p + "mlp.W_gate", {c.d_model, c.d_mlp});
    b.b_gate = reader.optional(p + "mlp.b_gate", {c.d_mlp});
  }
  b.w_out = reader.required(p + "mlp.W_out", {c.d_mlp, c.d_model});
  b.b_out = reader.optional(p + "mlp.b_out", {c.d_model});
  return b;
}

void check(const TransformerConfig& c) {
  const auto positive = [](int64_t value, const char* name) {
    if (value <= 0) throw Error(ErrorCode::bad_input, std::string("config: ") + name + " must be positive, got " + std::to_string(value));
  };
  positive(c.layers, "layers");
  positive(c.d_model, "dModel");
  positive(c.heads, "heads");
  positive(c.kv_heads, "kvHeads");
  positive(c.d_head, "dHead");
  positive(c.d_vocab, "dVocab");
  positive(c.d_vocab_out, "dVocabOut");
  positive(c.context, "context");
  if (!c.attn_only) positive(c.d_mlp, "dMlp");
  if (c.heads % c.kv_heads) throw Error(ErrorCode::bad_input, "config: heads must be a multiple of kvHeads");
  if (c.attn_scale == 0) throw Error(ErrorCode::bad_input, "config: attnScale must not be 0 (scores are divided by it)");
  if (c.positions == PositionKind::rotary && (c.rotary.dim <= 0 || c.rotary.dim > c.d_head || c.rotary.dim % 2))
    throw Error(ErrorCode::bad_input, "config: rotary.dim must be even and between 2 and dHead");
  if (!c.window.empty() && static_cast<int64_t>(c.window.size()) != c.layers)
    throw Error(ErrorCode::bad_input, "config: window needs one entry per block");
}

}  // namespace

Weights::Weights(const TransformerConfig& c, const std::unordered_map<std::string, at::Tensor>& named, const Placement& placement) {
  check(c);
  WeightReader reader(named, placement);
  embed = reader.required("embed.W_E", {c.d_vocab, c.d_model});
  if (c.positions == PositionKind::learned) positions = reader.required("pos_embed.W_pos", {c.context + c.position_offset, c.d_model});
  for (int64_t block = 0; block < c.layers; block++) blocks.push_back(read_block(reader, c, block));
  ln_final = norm(reader, "ln_final", c.d_model);
  unembed = reader.required("unembed.W_U", {c.d_model, c.d_vocab_out});
  unembed_bias = reader.optional("unembed.b_U", {c.d_vocab_out});
  reader.refuse_unused();
  has_normed_bias = std::any_of(blocks.begin(), blocks.end(), [](const BlockWeights& b) {
    return b.ln1_post.scale.defined() && b.b_o.defined() && b.b_o.any().item<bool>();
  });
  options = embed.options();
  for (const std::vector<double>& set : c.rotary.frequencies) frequencies.push_back(at::tensor(set, at::kDouble).to(options.device()));
}

at::ScalarType Weights::sum_type() const { return options.dtype() == at::kDouble ? at::kDouble : at::kFloat; }

}  // namespace autocircuit
