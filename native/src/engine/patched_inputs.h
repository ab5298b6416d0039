#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/frame.h"
#include "engine/pass_plan.h"

namespace autocircuit {

// Inputs of the given rows of a group that reads at `point`, before (no norm) or after the norm: [rows, N, D]. `latents` of a network with
// autoencoders, else null.
at::Tensor patched_inputs(const PassPlan& pass, const LatentPass* latents, const Frame& frame, const GroupPlan& plan, int64_t point,
                          const std::vector<int64_t>& rows, const Norm& norm);

}  // namespace autocircuit
