#pragma once

#include <ATen/core/Tensor.h>

#include "engine/ablation.h"
#include "engine/config.h"
#include "engine/transformer.h"

namespace autocircuit {

// KL(reference || softmax(x W_U + b)) in nats of each row of x [K * R, d_model]; row i is compared with row i % R. The
// vocabulary is taken in pieces, so that logits are compared while they lie in the cache and never fill memory.
//
// From the differences d to the reference's logits, as log sum_v p_v e^{d_v} - sum_v p_v d_v: where the rows agree it is
// exactly 0, and nothing of the size of the logits cancels. Rows tens of nats apart, where that would underflow, are
// made from log-probabilities. No gradient.
at::Tensor divergences(const TransformerConfig& config, const Linear& unembed, const at::Tensor& x, const Reference& reference);

}  // namespace autocircuit
