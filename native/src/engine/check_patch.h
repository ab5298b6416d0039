#pragma once

#include "engine/transformer.h"

namespace autocircuit {

// Rows of a pass's batch: the prompts, from a kept run once for each mask.
int64_t batch_of(const ForwardRequest& request);

// Throws Error bad_input where the parts of a request's patch do not fit its graph, its prompts or the network.
void check_patch(const Transformer& model, const ForwardRequest& request);

}  // namespace autocircuit
