#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "engine/frame.h"
#include "engine/latent_tape.h"
#include "engine/pass_plan.h"
#include "masks/list_rows.h"

namespace autocircuit {

// Inputs of the given rows of a group, before (no norm) or after the norm: [rows, N, D]. `latents` of the pass's autoencoders, read where
// its plan has any.
at::Tensor patched_inputs(const PassPlan& pass, const LatentTape& latents, const Frame& frame, const GroupPlan& plan,
                          const std::vector<int64_t>& rows, const Norm& norm);

// Reading all deltas takes as long as adding them up does, and a block's MLP reads those that its heads do, and theirs: the sum of the
// former is begun beside the heads' rows.
struct BegunSum {
  const GroupPlan* plan = nullptr;  // of the MLP's row
  int64_t sources = 0;              // that are in it
  at::Tensor sum;                   // [1, N, D]
};

// Inputs of rows of several groups that read the same sources, one group's after the other's, of a pass on the CPU without latents: a piece
// of the batch at a time, whose rows are in the last level of the cache until `visit` has read them. `first`: which of the frame's N rows
// the piece begins with. Makes the sum of `beside`, where that has a plan.
using VisitPiece = std::function<void(const at::Tensor& rows, int64_t first)>;
void patched_inputs_by_pieces(const PassPlan& pass, const Frame& frame, const std::vector<GroupRows>& groups, const Norm& norm,
                              const VisitPiece& visit, BegunSum& beside);

// The input of the row whose sum was begun [1, N, D], as patched_inputs gives it.
at::Tensor finished_input(const PassPlan& pass, const Frame& frame, const BegunSum& begun, const Norm& norm);

}  // namespace autocircuit
