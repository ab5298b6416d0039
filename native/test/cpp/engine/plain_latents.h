#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "engine/autoencoders.h"
#include "engine/plain_transformer.h"

namespace autocircuit::test {

// The plain network with autoencoders, whose latents and (graph.errors) what they leave out are sources of the graph. Of attention they
// read its output, of MLPs their output or, transcoders, their input, of the stream what is behind a block. Sources of latents are
// activations [B, P]: what one writes is made anew for each reader, from its decoders for all blocks before that.
struct PlainLatents {
  at::Tensor logits;                       // [B, P, V]
  std::vector<at::Tensor> source_outputs;  // [B, P, D], of latents [B, P]
};
PlainLatents plain_forward(const TransformerConfig& config, const NamedWeights& weights, const std::vector<GivenAutoencoder>& autoencoders,
                           const at::Tensor& tokens, const PatchGraph& graph, const at::Tensor& mask = {},
                           const std::vector<at::Tensor>& ablated = {});

}  // namespace autocircuit::test
