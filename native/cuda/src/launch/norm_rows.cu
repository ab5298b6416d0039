#include "kernels/norm_rows.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const NormRows<float>&, const Grid&, void*);
template int enqueue(const NormRows<double>&, const Grid&, void*);
template int enqueue(const NormRows<c10::Half>&, const Grid&, void*);
template int enqueue(const NormRows<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
