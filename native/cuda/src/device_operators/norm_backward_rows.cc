#include "kernels/norm_backward_rows.h"

#include "device_operators/arguments.h"
#include "device_operators/dispatch.h"
#include "device_operators/operators.h"
#include "launch/launch.h"

namespace autocircuit::kernels {

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x, int64_t norm, double eps, const Maybe& scale) {
  constexpr const char* name = "norm_backward_rows_";
  const OnDeviceOf guard(grad);
  const at::ScalarType dtype = grad.scalar_type();
  check_norm(norm, name);
  check(grad.dim() > 0, name, ": grad has no rows");
  check_dense(grad, {name, "grad"}, dtype, grad.device());
  check_dense(x, {name, "x"}, dtype, grad.device());
  const int64_t d = grad.size(-1);
  check(x.dim() > 0 && x.size(-1) == d, name, ": x is ", x.sizes(), ", rows of grad have ", d, " elements");
  if (has(scale)) {
    check_dense(*scale, {name, "scale"}, dtype, grad.device());
    check_sizes(*scale, {name, "scale"}, {d});
  }
  if (grad.numel() == 0 || norm == kNoNorm) return;
  const int64_t rows = grad.numel() / d, x_rows = x.numel() / d;
  check_divisor(x_rows, rows, {name, "x"});
  AUTOCIRCUIT_DISPATCH(dtype, name, [&] {
    NormBackwardRows<scalar_t> kernel{grad.mutable_data_ptr<scalar_t>(),
                                      x.const_data_ptr<scalar_t>(),
                                      narrow(x_rows, name),
                                      narrow(d, name),
                                      norm_arguments<scalar_t>(norm, eps, scale, {}),
                                      aligned_for(d, {grad, x, scale})};
    launch(kernel, {narrow(rows, name), 1, threads_for(d, NormBackwardRows<scalar_t>::kMaxThreads)});
  });
}

}  // namespace autocircuit::kernels
