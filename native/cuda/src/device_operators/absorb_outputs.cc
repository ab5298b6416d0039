#include "kernels/absorb_outputs.h"

#include "device_operators/arguments.h"
#include "device_operators/dispatch.h"
#include "device_operators/operators.h"
#include "launch/launch.h"

namespace autocircuit::kernels {

void absorb_outputs_(at::Tensor& out, const Maybe& ablated, const Maybe& resid) {
  constexpr const char* name = "absorb_outputs_";
  const OnDeviceOf guard(out);
  const at::ScalarType dtype = out.scalar_type();
  check(out.dim() == 3, name, ": out is ", out.sizes(), ", not [heads, N, D]");
  check_dense(out, {name, "out"}, dtype, out.device());
  const int64_t heads = out.size(0), n = out.size(1), d = out.size(2);
  if (has(ablated)) {
    check_dense(*ablated, {name, "ablated"}, dtype, out.device());
    check_sizes(*ablated, {name, "ablated"}, {heads, ablated->size(1), d});
    check_divisor(ablated->size(1), n, {name, "ablated"});
  }
  if (has(resid)) {
    check_dense(*resid, {name, "resid"}, dtype, out.device());
    check_sizes(*resid, {name, "resid"}, {n, d});
  }
  if (out.numel() == 0) return;
  AUTOCIRCUIT_DISPATCH(dtype, name, [&] {
    AbsorbOutputs<scalar_t> kernel{};
    kernel.out = out.mutable_data_ptr<scalar_t>();
    kernel.ablated = data_or_null<scalar_t>(ablated);
    kernel.resid = has(resid) ? resid->mutable_data_ptr<scalar_t>() : nullptr;
    kernel.heads = narrow(heads, name);
    kernel.n = narrow(n, name);
    kernel.d = narrow(d, name);
    kernel.ablated_rows = narrow(has(ablated) ? ablated->size(1) : 1, name);
    kernel.aligned = aligned_for(d, {out, ablated, resid});
    constexpr int threads = AbsorbOutputs<scalar_t>::kMaxThreads;
    const int64_t blocks = divide_up(n * divide_up(d, kShare), threads);
    launch(kernel, {narrow(blocks * threads, name) / threads, 1, threads});
  });
}

}  // namespace autocircuit::kernels
