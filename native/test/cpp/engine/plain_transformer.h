#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/config.h"
#include "engine/reading_points.h"
#include "masks/graph.h"

namespace autocircuit::test {

using NamedWeights = std::unordered_map<std::string, at::Tensor>;

// Random weights (float64 unless told) for a config, with every optional bias and norm weight.
NamedWeights random_weights(const TransformerConfig& config, at::ScalarType dtype = at::kDouble);

// The graph with separate or shared query, key and value inputs, or of nodes.
PatchGraph make_graph(const TransformerConfig& config, int64_t seq_len, bool separate_qkv = true, bool factorized = true,
                      bool ungrouped = false);

// The network as definitions say it: every destination builds its own input from every source, one after another, with
// autograd through all of it. Slow and without any shared work: what the engine is compared with.
struct PlainResult {
  at::Tensor logits;          // [B, P, V]
  at::Tensor source_outputs;  // [S, B, P, D]
};
PlainResult plain_forward(const TransformerConfig& config, const NamedWeights& weights, const at::Tensor& tokens, const PatchGraph& graph,
                          const at::Tensor& mask = {}, const at::Tensor& ablated = {});

}  // namespace autocircuit::test
