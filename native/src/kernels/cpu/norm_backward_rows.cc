#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include "kernels/cpu/row_arguments.h"
#include "kernels/processor.h"
#include "operators/table.h"

namespace autocircuit::on_cpu {

using signatures::OptionalTensor;

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, int64_t kind, double eps, const OptionalTensor& scale) {
  if (!has_kernels(grad)) {
    at::Tensor wide = grad.to(at::kFloat);
    norm_backward_rows_(wide, x.to(at::kFloat), kind, eps, scale ? OptionalTensor(scale->to(at::kFloat)) : scale);
    grad.copy_(wide);
    return;
  }
  const int64_t d = grad.size(-1), total = grad.numel() / d, x_rows = x.numel() / d;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "norm_backward_rows_", [&] {
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, {});
    const scalar_t* x_data = x.const_data_ptr<scalar_t>();
    scalar_t* data = grad.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, total, grain(d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) use.norm_backward(d, data + i * d, x_data + (i % x_rows) * d, norm);
    });
  });
}

}  // namespace autocircuit::on_cpu
