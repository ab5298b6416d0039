#pragma once

#include <ATen/core/Tensor.h>

#include "engine/transformer.h"

namespace autocircuit {

// Gradient of z, what the heads of a block give before its output matrix [B, P, heads, d_head], from that of what its attention adds to the
// residual stream [B, P, d_model], in a run whose edges are not patched. `z` is that run's: needed where a norm follows attention, which
// then couples the heads; it may be undefined elsewhere. Float32 for narrower networks. Throws Error bad_input for what does not fit.
at::Tensor head_gradients(const Transformer& model, int64_t block, const at::Tensor& grad, const at::Tensor& z);

}  // namespace autocircuit
