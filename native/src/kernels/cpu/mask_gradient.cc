#include <ATen/Dispatch.h>

#include <cstring>
#include <vector>

#include "kernels/cpu/bucket_products.h"
#include "operators/table.h"

namespace autocircuit::on_cpu {

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_tensor, int64_t buckets) {
  if (grad.scalar_type() != at::kFloat && grad.scalar_type() != at::kDouble)
    return portable::mask_gradient(grad, delta, bucket_tensor, buckets);
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2);
  const int32_t* const bucket = bucket_tensor.const_data_ptr<int32_t>();
  const std::vector<int64_t> bucket_of(bucket, bucket + bucket_tensor.numel());
  at::Tensor result;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "mask_gradient", [&] {
    const scalar_t* const data = grad.const_data_ptr<scalar_t>();
    const auto write = [&](int64_t i, ProductSums<scalar_t>& sums) {
      for (int64_t r = 0; r < rows; r++) std::memcpy(sums.row(r), data + (r * n + i) * d, d * sizeof(scalar_t));
    };
    result = bucket_products<scalar_t>(rows, delta, bucket_of, buckets, write);
  });
  return result;
}

}  // namespace autocircuit::on_cpu
