#include <torch/library.h>

#include "device_operators/operators.h"

namespace autocircuit::kernels {

void implement(torch::Library& library) {
  library.impl("patched_rows", patched_rows);
  library.impl("norm_backward_rows_", norm_backward_rows_);
  library.impl("absorb_outputs_", absorb_outputs_);
  library.impl("mask_gradient", mask_gradient);
  library.impl("divergences", divergences);
}

}  // namespace autocircuit::kernels
