#include "kernels/absorb_outputs.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const AbsorbOutputs<float>&, const Grid&, void*);
template int enqueue(const AbsorbOutputs<double>&, const Grid&, void*);
template int enqueue(const AbsorbOutputs<c10::Half>&, const Grid&, void*);
template int enqueue(const AbsorbOutputs<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
