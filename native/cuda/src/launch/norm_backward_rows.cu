#include "kernels/norm_backward_rows.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const NormBackwardRows<float>&, const Grid&, void*);
template int enqueue(const NormBackwardRows<double>&, const Grid&, void*);
template int enqueue(const NormBackwardRows<c10::Half>&, const Grid&, void*);
template int enqueue(const NormBackwardRows<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
