#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/autoencoders.h"
#include "engine/forward_request.h"
#include "engine/latent_graph.h"
#include "engine/transformer.h"

namespace autocircuit {

// What a request asks of latents, known before a pass begins; nothing of it changes while the pass runs.
//
// Latent l of an autoencoder writes a[l] * decoder[l] (behind a norm a[l] is the activation times what the norm multiplies the token by, so
// that it is another in each run even where the activation is the same), so no output of a latent is ever made: a patched row adds
// ((m * (ablated - a)) @ decoder) to its input (latent_rows.h), and the mask's gradient is <gradient of the input, decoder> * (ablated - a)
// (latent_gradients.h).
//
// The floor: a token has some K latents that are not zero in one of both runs, of the thousands there are. For R rows of a group an
// autoencoder's latents take 2 R K D operations a token, in the forward pass where the rows are patched and in the backward pass for the
// products, as much as an ordinary source of K outputs; and K D numbers of the decoder are gathered, which bounds it where R is small.
// Memory is that of the activations, [batch * positions, latents] each, and of the mask.
struct LatentPlan {
  LatentPlan(const Transformer& model, const std::optional<Patch>& patch, bool gradients);

  // What is left of the request whose patch the plan was made of: a patch of ordinary sources, from the beginning.
  ForwardRequest rest_of(ForwardRequest request) const;

  const Autoencoders& autoencoders;
  std::optional<LatentGraph> graph;  // where edges are patched
  at::Tensor given_mask;             // of the graph's table, as it was given
  at::Tensor mask;                   // [M, E of the table], where the network computes
  at::Tensor directions;             // packed, of the request
  std::vector<at::Tensor> leaves;    // four for each autoencoder, where it has any
  bool trains = false;               // they get gradients

 private:
  std::shared_ptr<const PatchGraph> table_;  // the graph reads it
};

}  // namespace autocircuit
