#include "tensor/operand.h"

#include <ATen/ScalarOps.h>

namespace autocircuit {

at::Tensor right_operand(const Tensors& inputs, const Params& params) {
  return inputs.size() > 1 ? inputs[1] : at::native::wrapped_scalar_tensor(params.scalar(0));
}

}  // namespace autocircuit
