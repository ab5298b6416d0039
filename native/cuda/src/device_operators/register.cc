#include <torch/library.h>

#include "device_operators/operators.h"

// The schemas are defined by who uses the operators (operators/schemas.h). On the host the operators serve LibTorch's dispatch
// key for devices that a program brings itself, here one whose memory is the host's.
namespace autocircuit::kernels {

#ifdef AUTOCIRCUIT_KERNELS_ON_HOST
TORCH_LIBRARY_IMPL(autocircuit, PrivateUse1, library) {
#else
TORCH_LIBRARY_IMPL(autocircuit, CUDA, library) {
#endif
  library.impl("patched_rows", patched_rows);
  library.impl("norm_backward_rows_", norm_backward_rows_);
  library.impl("absorb_outputs_", absorb_outputs_);
  library.impl("mask_gradient", mask_gradient);
  library.impl("divergences", divergences);
}

}  // namespace autocircuit::kernels
