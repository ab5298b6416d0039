#include "engine/ablation_cache.h"

#include <ATen/ATen.h>

#include <numeric>

#include "engine/attention.h"
#include "engine/autoencoders.h"
#include "engine/latent_blocks.h"
#include "engine/latent_lists.h"
#include "engine/mlp.h"
#include "engine/outputs.h"
#include "engine/wide.h"
#include "kernels/cpu/products.h"

namespace autocircuit {

namespace {

at::Tensor ordinary_rows(const Transformer& model, const at::Tensor& sources) {
  if (!model.autoencoders()) return sources;
  return sources.narrow(0, 0, source_order(model).count());
}

at::Tensor latent_rows(const Transformer& model, const at::Tensor& sources) {
  if (!model.autoencoders()) return {};
  const int64_t rows = model.autoencoders()->packed_rows();
  return sources.narrow(0, sources.size(0) - rows, rows);
}

}  // namespace

AblationCache::AblationCache(const Transformer& model, const Ablation& ablation)
    : model_(model), serial_(ablation.serial()), sources_(ordinary_rows(model, ablation.sources()).to(model.weights().options)),
      packed_(latent_rows(model, ablation.sources())), same_everywhere_(ablation.same_everywhere()) {}

at::Tensor AblationCache::latents(int64_t number) {
  at::Tensor& made = latents_[number];
  if (made.defined()) return made;
  const Autoencoders& autoencoders = *model_.autoencoders();
  const int64_t seq_len = sources_.size(2);
  const at::Tensor given = autoencoders.unpacked(packed_, number).to(model_.weights().options);
  if (same_everywhere_ && autoencoders[number].positions() > 1) {
    made = given.reshape({sources_.size(1), -1}).repeat_interleave(seq_len, 0);
    return made;
  }
  std::vector<int64_t> everywhere(seq_len);
  std::iota(everywhere.begin(), everywhere.end(), 0);
  made = autoencoders[number].on_decoder(given, everywhere);
  return made;
}

// What latents and biases write where an autoencoder stands; from the first one on, each once.
at::Tensor AblationCache::latent_sum(int64_t number) {
  const Autoencoders& autoencoders = *model_.autoencoders();
  const Autoencoder& autoencoder = autoencoders[number];
  const auto lists = [&](int64_t of) {
    const auto found = latent_lists_.find(of);
    if (found != latent_lists_.end()) return found->second;
    return latent_lists_[of] = latent_lists(latents(of), {}, {}, autoencoders[of].latents());
  };
  if (autoencoders.crosses_layers(number)) return cross_layer_.write(autoencoders, number, lists);
  return latents_written(autoencoder, autoencoder.block + 1, lists(number)) + autoencoder.out_bias;
}

at::Tensor AblationCache::resid(int64_t point) {
  while (static_cast<int64_t>(resid_.size()) <= point) resid_.push_back(resid_.empty() ? start() : next_resid());
  return resid_[point];
}

at::Tensor AblationCache::resid_behind(int64_t block) {
  resid(attention_point(block) + 2);
  return behind_.at(block);
}

at::Tensor AblationCache::start() const { return sources_[0].flatten(0, 1).to(stream_type(model_.weights())); }

// At the point behind the last one that was made.
at::Tensor AblationCache::next_resid() {
  const TransformerConfig& c = model_.config();
  const SourceOrder order = source_order(model_);
  const at::Tensor flat = sources_.flatten(1, 2);
  const int64_t at_point = static_cast<int64_t>(resid_.size()), block = (at_point - 1) / 2;
  const bool behind_block = at_point % 2 == 0, after_attention = c.parallel ? behind_block : !behind_block;
  const int64_t from = order.before(at_point - 1), to = behind_block && order.has_post(block) ? order.post(block) : order.before(at_point);
  at::Tensor next = resid_.back();
  if (to > from) next = next + flat.narrow(0, from, to - from).sum(0, /*keepdim=*/false, next.scalar_type());
  const Autoencoders* autoencoders = model_.autoencoders();
  const int64_t of_attention = autoencoders ? autoencoders->of_attention(block) : -1,
                of_mlp = autoencoders ? autoencoders->of_mlp(block) : -1, of_stream = autoencoders ? autoencoders->of_stream(block) : -1;
  const at::Tensor& bias = model_.weights().blocks[block].b_o;
  if (after_attention && of_attention >= 0) next = next + latent_sum(of_attention);
  else if (after_attention && bias.defined()) next = next + bias;
  if (behind_block && of_mlp >= 0) next = next + latent_sum(of_mlp);
  if (!behind_block || of_stream < 0) return next;
  behind_[block] = next;
  return flat[order.post(block)].to(next.scalar_type()) + latent_sum(of_stream);
}

at::Tensor AblationCache::projection(int64_t block, Projection which) {
  at::Tensor& made = projections_[{block, which}];
  if (made.defined()) return made;
  const bool mlp = is_of_mlp(which);
  const at::Tensor x = resid(mlp ? mlp_point(model_.config(), block) : attention_point(block));
  made = apply(linear_of(model_, block, which), apply(norm_before(model_, block, which), x, type_of(model_.weights())));
  return made;
}

at::Tensor AblationCache::head_outputs(int64_t block) {
  at::Tensor& made = heads_[block];
  if (made.defined()) return made;
  const TransformerConfig& c = model_.config();
  const BlockWeights& weights = model_.weights().blocks[block];
  const int64_t batch = sources_.size(1), seq_len = sources_.size(2);
  const AttentionContext context(c, model_.weights(), seq_len, {}, nullptr);
  std::vector<int64_t> positions(seq_len);
  for (int64_t p = 0; p < seq_len; p++) positions[p] = p;
  const auto heads = [&](Projection which, int64_t count) { return projection(block, which).view({batch, seq_len, count, c.d_head}); };
  const at::Tensor z = context.attend(weights, block, heads(Projection::query, c.heads), heads(Projection::key, c.kv_heads),
                                      heads(Projection::value, c.kv_heads), positions, {});
  made = head_outputs_of(model_, block, z.reshape({batch * seq_len, c.heads, c.d_head}));
  return made;
}

at::Tensor AblationCache::mlp_output(int64_t block) {
  at::Tensor& made = mlps_[block];
  if (made.defined()) return made;
  const BlockWeights& weights = model_.weights().blocks[block];
  const at::Tensor gate = weights.w_gate.defined() ? projection(block, Projection::mlp_gate) : at::Tensor();
  const at::Tensor hidden = hidden_units(model_.config().activation, projection(block, Projection::mlp_in), gate);
  made = post_normed(model_.config(), weights.ln2_post, apply({weights.w_out, weights.b_out}, hidden));
  return made;
}

}  // namespace autocircuit
