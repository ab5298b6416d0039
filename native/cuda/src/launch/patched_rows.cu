#include "kernels/patched_rows.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const PatchedRows<float>&, const Grid&, void*);
template int enqueue(const PatchedRows<double>&, const Grid&, void*);
template int enqueue(const PatchedRows<c10::Half>&, const Grid&, void*);
template int enqueue(const PatchedRows<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
