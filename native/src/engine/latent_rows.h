#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/frame.h"
#include "engine/latent_tape.h"
#include "engine/pass_plan.h"

// Edges from latents to the rows of a group.
namespace autocircuit {

// Each autoencoder that the group of the table reads, with its lists at the frame's tokens, which are not empty, and what of its decoder
// the group reads.
using VisitLatents = std::function<void(int64_t number, const LatentLists& lists, const at::Tensor& decoder)>;
void each_read(const PassPlan& pass, const LatentTape& tape, const Frame& frame, const PatchGroup& group, const VisitLatents& visit);

// Where the mask, flat, has the edges of an autoencoder's entries, columns [N, K], to some rows of the group: [N, rows, K].
at::Tensor latent_cells(const PassPlan& pass, const Frame& frame, const PatchGroup& group, int64_t number, const at::Tensor& columns,
                        const std::vector<int64_t>& rows);

// Adds what patched edges from latents change to the inputs [rows, N, D] of some rows of a group.
void add_latents_(at::Tensor& inputs, const PassPlan& pass, const LatentTape& tape, const Frame& frame, const GroupPlan& plan,
                  const std::vector<int64_t>& rows);

}  // namespace autocircuit
