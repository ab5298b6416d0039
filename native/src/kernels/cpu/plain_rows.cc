#include "kernels/cpu/plain_rows.h"

#include <ATen/Dispatch.h>

#include <algorithm>
#include <cstring>

#include "kernels/cpu/bucket_products.h"
#include "kernels/processor.h"

namespace autocircuit {
bool has_plain_rows(const at::Tensor& x) { return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble); }

at::Tensor plain_rows_backward(const PlainRows& work, at::Tensor& stream, at::Tensor& keep) {
  const at::Tensor& grad = work.grad;
  const Norm& norm = work.norm;
  const at::Tensor x = work.x.contiguous(), scale = norm.scale.defined() ? norm.scale.contiguous() : norm.scale;
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2), apart = grad.stride(0);
  int64_t others = 0;
  for (const at::Tensor& each : work.beside) others += each.size(0);
  at::Tensor result;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "plain_rows_backward", [&] {
    const scalar_t* const data = grad.const_data_ptr<scalar_t>();
    const scalar_t* const x_data = x.const_data_ptr<scalar_t>();
    const scalar_t* const scale_data = scale.defined() && norm.kind != NormKind::none ? scale.const_data_ptr<scalar_t>() : nullptr;
    std::vector<const scalar_t*> beside;  // first numbers of each row
    for (const at::Tensor& each : work.beside)
      for (int64_t r = 0; r < each.size(0); r++) beside.push_back(each.const_data_ptr<scalar_t>() + r * each.stride(0));
    scalar_t* const stream_data = stream.mutable_data_ptr<scalar_t>();
    scalar_t* const keep_data = keep.defined() ? keep.mutable_data_ptr<scalar_t>() : nullptr;
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const NormArgs<scalar_t> through{norm.kind != NormKind::none, norm.kind == NormKind::layer_norm, static_cast<scalar_t>(norm.eps),
                                     scale_data, nullptr};
    const auto write = [&](int64_t i, ProductSums<scalar_t>& sums) {
      SharedNorm<scalar_t> shared{through, x_data + i * d, 0, 1, work.holds_denominator};
      use.measure_norm(d, shared);
      for (int64_t r = 0; r < rows; r++) {
        const scalar_t* const row = data + r * apart + i * d;
        const scalar_t* const following = data + (r + 1 < rows ? (r + 1) * apart + i * d : std::min(i + 1, n - 1) * d);
        use.plain_backward(d, row, following, shared, sums.row(r), stream_data + i * d);
        if (keep_data) std::memcpy(keep_data + r * keep.stride(0) + i * d, sums.row(r), d * sizeof(scalar_t));
      }
      for (int64_t r = 0; r < others; r++) std::memcpy(sums.row(rows + r), beside[r] + i * d, d * sizeof(scalar_t));
    };
    result = bucket_products<scalar_t>(rows + others, work.delta, work.bucket_of, work.buckets, write);
  });
  return result;
}

}  // namespace autocircuit
