#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "engine/autoencoders.h"
#include "engine/cases.h"
#include "engine/plain_latents.h"
#include "engine/weights.h"

// What networks with autoencoders are tested on.
namespace autocircuit::test {

// With 5 latents more than the number of its block.
GivenAutoencoder random_autoencoder(const Setting& s, int64_t block, AutoencoderInput input);

// A graph whose latents stand in the place of sources of another, and for each of its cells the other's.
struct LatentTable {
  PatchGraph graph;
  std::vector<int64_t> cell;
};

LatentTable table_of(const Setting& s, const Autoencoders& autoencoders, const PatchGraph& ordinary);

// The graph of a network with these autoencoders, made in the order in which they write.
PatchGraph graph_with_latents(const Setting& s, const GraphKind& kind, const Autoencoders& autoencoders);

// Of the sum of the squared logits by the mask.
at::Tensor gradient_of(const Transformer& model, ForwardRequest request);

// What the network written out answers with autoencoders. Gradients of the sum of the squared logits by the mask are there in float64
// alone.
struct PlainAnswers {
  at::Tensor logits;                      // [B, P, V]
  at::Tensor gradient, gradient_of_last;  // [edges], of the logits at all positions and at the last one
};

// Of the clean tokens under a mask; `what` tells of everything else than the setting.
PlainAnswers plain_answers(const Setting& s, const std::string& what, const std::vector<GivenAutoencoder>& given, const PatchGraph& graph,
                           const at::Tensor& mask, const std::vector<at::Tensor>& ablated);

// Whether a network of that number type may have latents among the sources of such a graph.
bool can_have_latents(const Setting& s, const GraphKind& kind);

// What a network says of autoencoders that do not fit it; fails where it takes them.
std::string refusal_of(const Setting& s, std::vector<GivenAutoencoder> given);
bool contains(const std::string& text, const std::string& part);

}  // namespace autocircuit::test
