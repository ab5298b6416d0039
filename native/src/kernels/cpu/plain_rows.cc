#include "kernels/cpu/plain_rows.h"

#include <ATen/Dispatch.h>

#include <algorithm>

#include "kernels/cpu/bucket_products.h"
#include "kernels/processor.h"

namespace autocircuit {
bool has_plain_rows(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

at::Tensor plain_rows_backward(const at::Tensor& grad, const at::Tensor& x_in, NormKind kind, double eps, const at::Tensor& scale_in,
                               const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets, at::Tensor& stream) {
  const at::Tensor x = x_in.contiguous(), scale = scale_in.defined() ? scale_in.contiguous() : scale_in;
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2), apart = grad.stride(0);
  at::Tensor result;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "plain_rows_backward", [&] {
    const scalar_t* const data = grad.const_data_ptr<scalar_t>();
    const scalar_t* const x_data = x.const_data_ptr<scalar_t>();
    const scalar_t* const scale_data = scale.defined() && kind != NormKind::none ? scale.const_data_ptr<scalar_t>() : nullptr;
    scalar_t* const stream_data = stream.mutable_data_ptr<scalar_t>();
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const NormArgs<scalar_t> through{kind != NormKind::none, kind == NormKind::layer, static_cast<scalar_t>(eps), scale_data, nullptr};
    const auto write = [&](int64_t i, ProductSums<scalar_t>& sums) {
      SharedNorm<scalar_t> norm{through, x_data + i * d, 0, 1};
      use.measure_norm(d, norm);
      for (int64_t r = 0; r < rows; r++) {
        const scalar_t* const row = data + r * apart + i * d;
        const scalar_t* const following = data + (r + 1 < rows ? (r + 1) * apart + i * d : std::min(i + 1, n - 1) * d);
        use.plain_backward(d, row, following, norm, sums.row(r), stream_data + i * d);
      }
    };
    result = bucket_products<scalar_t>(rows, delta, bucket_of, buckets, write);
  });
  return result;
}

}  // namespace autocircuit
