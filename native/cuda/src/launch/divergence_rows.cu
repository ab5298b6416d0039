#include "kernels/divergence_rows.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const DivergenceRows<float>&, const Grid&, void*);
template int enqueue(const DivergenceRows<double>&, const Grid&, void*);
template int enqueue(const DivergenceRows<c10::Half>&, const Grid&, void*);
template int enqueue(const DivergenceRows<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
