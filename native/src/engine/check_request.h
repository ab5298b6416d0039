#pragma once

#include "engine/transformer.h"

namespace autocircuit {

// Throws Error bad_input, which says what to do, where a request cannot be run: tokens that the network does not have, a graph of
// another network, a kept run or a prefix that was made by another network or of other tokens, and parts that do not fit each other. What
// runs afterwards relies on it.
void check_request(const Transformer& model, const ForwardRequest& request);

}  // namespace autocircuit
