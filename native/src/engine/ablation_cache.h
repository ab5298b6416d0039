#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/cross_layer_writes.h"
#include "engine/latent_lists.h"
#include "engine/projections.h"
#include "engine/transformer.h"

namespace autocircuit {

// What one network makes of one ablation: its sources where the network computes and in its number type, the residual stream in which
// every source is ablated, its projections, and what a head or an MLP gives when all its inputs are ablated. Circuits with the same
// ablation share it. Rows [A * P], A the ablation's batch (1 when all examples share it). Each is made when first asked for.
class AblationCache {
 public:
  // Lives no longer than the network.
  AblationCache(const Transformer& model, const Ablation& ablation);

  uint64_t serial() const { return serial_; }  // the ablation's
  const at::Tensor& sources() const { return sources_; }
  at::Tensor resid(int64_t point);
  // What an autoencoder of the stream behind a block reads, in whose place latents, bias and error stand at the point there.
  at::Tensor resid_behind(int64_t block);
  at::Tensor projection(int64_t block, Projection which);
  // [heads, A * P, d_model]; for passes without prefix and padding.
  at::Tensor head_outputs(int64_t block);
  at::Tensor mlp_output(int64_t block);
  // Of a network with autoencoders: what the latents of one are, as weights of their decoder's rows [A * P, W].
  at::Tensor latents(int64_t autoencoder);

 private:
  at::Tensor start() const;
  at::Tensor next_resid();
  at::Tensor latent_sum(int64_t autoencoder);

  const Transformer& model_;
  const uint64_t serial_;
  const at::Tensor sources_, packed_;  // the second holds the latents, behind the sources
  const bool same_everywhere_;
  std::vector<at::Tensor> resid_;
  std::map<std::pair<int64_t, Projection>, at::Tensor> projections_;
  std::map<int64_t, at::Tensor> heads_, mlps_, latents_, behind_;
  std::map<int64_t, LatentLists> latent_lists_;
  CrossLayerWrites cross_layer_;
};

}  // namespace autocircuit
