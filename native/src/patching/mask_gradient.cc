#include "patching/mask_gradient.h"

#include <ATen/Dispatch.h>

#include <cstring>

#include "patching/bucket_products.h"

namespace autocircuit {

at::Tensor mask_gradient(const at::Tensor& grad_in, const at::Tensor& delta_in, const std::vector<int64_t>& bucket_of, int64_t buckets) {
  const at::Tensor grad = grad_in.contiguous(), delta = delta_in.contiguous();
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2);
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

}  // namespace autocircuit
