#include "kernels/divergences.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const Divergences<float>&, const Grid&, void*);
template int enqueue(const Divergences<double>&, const Grid&, void*);
template int enqueue(const Divergences<c10::Half>&, const Grid&, void*);
template int enqueue(const Divergences<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
