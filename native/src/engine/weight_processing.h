#pragma once

#include <ATen/core/Tensor.h>

#include "engine/config.h"
#include "engine/weights.h"

// What may have been done to a network's weights that leaves its predictions as they are, but not what its parts write (TransformerLens,
// "further comments"). It shows in the weights.
namespace autocircuit {

// Whether all that writes to the residual stream writes vectors of mean zero, up to rounding.
bool writes_centered(const Weights& weights);

// Whether the value biases of a block were moved into the bias of its output matrix: queries have biases, values have none.
bool value_biases_folded(const BlockWeights& block);

// Whether the norms before the MLPs have no weights of their own: they were folded into what reads them, or never were there.
bool norms_folded(const Weights& weights);

// What a block's values have as their bias, that of the norm before them included, for all heads side by side [heads * d_head]; undefined
// where they have none.
at::Tensor value_bias_of_heads(const TransformerConfig& config, const BlockWeights& block);

}  // namespace autocircuit
