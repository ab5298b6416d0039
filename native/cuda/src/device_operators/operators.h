#pragma once

#include "operators/table.h"

namespace torch {
class Library;
}

namespace autocircuit::kernels {

// The operators of operators/table.h, which says what they mean.
// None waits for the device or reads its memory, so that all can be recorded.

using Maybe = signatures::OptionalTensor;

AUTOCIRCUIT_DECLARE_OPERATORS

// Makes a library's operators those above.
void implement(torch::Library& library);

// The same with so many bytes of logits in memory at a time.
at::Tensor divergences_in_pieces(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap,
                                 const at::Tensor& expected, const at::Tensor& probabilities, int64_t piece_bytes);

}  // namespace autocircuit::kernels
