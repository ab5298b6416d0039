#include "kernels/bucket_products.h"

#include "launch/launch_cuda.cuh"

namespace autocircuit::kernels {

template int enqueue(const BucketProducts<float>&, const Grid&, void*);
template int enqueue(const BucketProducts<double>&, const Grid&, void*);
template int enqueue(const BucketProducts<c10::Half>&, const Grid&, void*);
template int enqueue(const BucketProducts<c10::BFloat16>&, const Grid&, void*);

}  // namespace autocircuit::kernels
