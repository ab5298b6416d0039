#pragma once

#include <cstdint>

#include "engine/config.h"
#include "masks/graph.h"

namespace autocircuit {

// The places where the residual stream is read, numbered along the network: 2 * block before attention, 2 * block + 1
// before the MLP, 2 * layers at the end. In parallel blocks the MLP reads at the attention's point.
inline int64_t attention_point(int64_t block) { return 2 * block; }
inline int64_t mlp_point(const TransformerConfig& c, int64_t block) { return c.parallel ? 2 * block : 2 * block + 1; }
inline int64_t end_point(const TransformerConfig& c) { return 2 * c.layers; }
inline int64_t reading_point(const TransformerConfig& c, const PatchGroup& group) {
  if (group.kind == GroupKind::end) return end_point(c);
  return group.kind == GroupKind::mlp ? mlp_point(c, group.block) : attention_point(group.block);
}

// Which points of the residual stream are sources themselves.
enum class StreamSources : uint8_t {
  none,         // factorised graphs
  read_anew,    // unfactorised ones: in the middle of a block and behind it, but for the last one
  autoencoded,  // factorised ones with autoencoders of the stream: behind every block what its autoencoder leaves out
};

// Number of each source in network order.
class SourceOrder {
 public:
  SourceOrder(const TransformerConfig& c, StreamSources stream)
      : config_(c), mid_(stream == StreamSources::read_anew && !c.parallel && !c.attn_only), post_(stream != StreamSources::none),
        last_post_(stream == StreamSources::autoencoded) {
    per_block_ = c.heads + (c.attn_only ? 0 : 1) + mid_ + post_;
  }

  int64_t start() const { return 0; }
  int64_t heads(int64_t block) const { return 1 + block * per_block_; }
  int64_t mid(int64_t block) const { return heads(block) + config_.heads; }
  int64_t mlp(int64_t block) const { return heads(block) + config_.heads + mid_; }
  int64_t post(int64_t block) const { return heads(block) + per_block_ - 1; }
  bool has_mid() const { return mid_; }
  // Unfactorised, the last block's `Resid Post` is `Resid End`, which writes nothing.
  bool has_post(int64_t block) const { return post_ && (last_post_ || block + 1 < config_.layers); }
  int64_t count() const { return 1 + config_.layers * per_block_ - (post_ && !last_post_); }
  // Sources written before a reading point of a factorised graph.
  int64_t before(int64_t point) const {
    const int64_t block = point / 2;
    if (point % 2 == 0) return heads(block);
    return heads(block) + config_.heads;
  }

 private:
  const TransformerConfig& config_;
  bool mid_, post_, last_post_;
  int64_t per_block_;
};

}  // namespace autocircuit
