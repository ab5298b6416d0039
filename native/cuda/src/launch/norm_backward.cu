#include "kernels/norm_backward.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const NormBackward<float>&, const Grid&, void*);
template int enqueue(const NormBackward<double>&, const Grid&, void*);
template int enqueue(const NormBackward<c10::Half>&, const Grid&, void*);
template int enqueue(const NormBackward<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
