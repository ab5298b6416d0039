#include "kernels/mask_gradient.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const MaskGradient<float>&, const Grid&, void*);
template int enqueue(const MaskGradient<double>&, const Grid&, void*);
template int enqueue(const MaskGradient<c10::Half>&, const Grid&, void*);
template int enqueue(const MaskGradient<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
