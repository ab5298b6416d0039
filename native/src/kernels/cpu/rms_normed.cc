#include "kernels/cpu/rms_normed.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/cpu/row_arguments.h"
#include "kernels/processor.h"

namespace autocircuit {

at::Tensor rms_normed(const at::Tensor& x, double eps, const at::Tensor& scale) {
  const at::Tensor rows = x.contiguous(), factors = scale.defined() ? scale.contiguous() : scale;
  at::Tensor out = at::empty_like(rows);
  const int64_t d = rows.size(-1), count = d == 0 ? 0 : rows.numel() / d;
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "rms_normed", [&] {
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const NormArgs<scalar_t> norm{true, false, static_cast<scalar_t>(eps), factors.defined() ? factors.const_data_ptr<scalar_t>() : nullptr,
                                  nullptr};
    const scalar_t* const from = rows.const_data_ptr<scalar_t>();
    scalar_t* const to = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, count, on_cpu::grain(d), [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; i++) {
        std::copy_n(from + i * d, d, to + i * d);
        use.normalize(d, to + i * d, norm);
      }
    });
  });
  return out;
}

}  // namespace autocircuit
