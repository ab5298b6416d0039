#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include "kernels/cpu/row_arguments.h"
#include "kernels/processor.h"
#include "operators/table.h"

namespace autocircuit::on_cpu {

using signatures::OptionalTensor;

void absorb_outputs_(at::Tensor& out, const OptionalTensor& ablated, const OptionalTensor& resid) {
  if (!has_kernels(out)) return portable::absorb_outputs_(out, ablated, resid);
  const int64_t heads = out.size(0), n = out.size(1), d = out.size(2), ablated_n = ablated ? ablated->size(1) : 1;
  AT_DISPATCH_FLOATING_TYPES(out.scalar_type(), "absorb_outputs_", [&] {
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const scalar_t* ablated_data = data_or_null<scalar_t>(ablated);
    scalar_t* resid_data = resid ? resid->mutable_data_ptr<scalar_t>() : nullptr;
    scalar_t* data = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, n, grain(heads * d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++)
        for (int64_t h = 0; h < heads; h++)
          use.absorb(d, data + (h * n + i) * d, ablated_data ? ablated_data + (h * ablated_n + i % ablated_n) * d : nullptr,
                     resid_data ? resid_data + i * d : nullptr);
    });
  });
}

}  // namespace autocircuit::on_cpu
