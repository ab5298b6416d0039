#pragma once

#include "tensor/op.h"

namespace autocircuit {

// The second operand of a binary operation: the second tensor, or parameter 0 as a number that takes the first
// tensor's dtype where it can (so float16 + 1.5 stays float16, int64 + 1 stays int64, int64 + 1.5 becomes float32).
at::Tensor right_operand(const Tensors& inputs, const Params& params);

}  // namespace autocircuit
