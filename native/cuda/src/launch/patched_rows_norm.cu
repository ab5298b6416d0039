#include "kernels/patched_rows_norm.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const PatchedRowsNorm<float>&, const Grid&, void*);
template int enqueue(const PatchedRowsNorm<double>&, const Grid&, void*);
template int enqueue(const PatchedRowsNorm<c10::Half>&, const Grid&, void*);
template int enqueue(const PatchedRowsNorm<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
