#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <algorithm>

#include "device_operators/arguments.h"
#include "device_operators/dispatch.h"
#include "device_operators/operators.h"
#include "kernels/divergences.h"
#include "launch/launch.h"

namespace autocircuit::kernels {
namespace {

constexpr const char* kName = "divergences";

// Enough rows for a product to run well, and little beside a model.
constexpr int64_t kPieceBytes = int64_t{256} << 20;

// The engine's own operations, so that the same inputs give the very logits that the reference has.
at::Tensor capped_logits(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap) {
  at::Tensor logits = has(bias) ? at::addmm(*bias, x, weight) : at::mm(x, weight);
  if (softcap > 0) logits.div_(softcap).tanh_().mul_(softcap);
  return logits;
}

}  // namespace

at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap, const at::Tensor& expected,
                       const at::Tensor& probabilities) {
  return divergences_in_pieces(x, weight, bias, softcap, expected, probabilities, kPieceBytes);
}

at::Tensor divergences_in_pieces(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap,
                                 const at::Tensor& expected, const at::Tensor& probabilities, int64_t piece_bytes) {
  const OnDeviceOf guard(x);
  const at::NoGradGuard no_grad;
  const at::ScalarType dtype = expected.scalar_type();
  check(x.dim() == 2, kName, ": x is ", x.sizes(), ", not [rows, D]");
  check(weight.dim() == 2, kName, ": weight is ", weight.sizes(), ", not [D, V]");
  const int64_t rows = x.size(0), columns = weight.size(1);
  check(expected.dim() == 2, kName, ": expected is ", expected.sizes(), ", not [rows, V]");
  check_dense(expected, {kName, "expected"}, dtype, x.device());
  check_sizes(expected, {kName, "expected"}, {expected.size(0), columns});
  check_dense(probabilities, {kName, "probabilities"}, dtype, x.device());
  check_sizes(probabilities, {kName, "probabilities"}, expected.sizes());
  at::Tensor result = at::empty({rows}, expected.options());
  if (rows == 0) return result;
  check_divisor(expected.size(0), rows, {kName, "expected"});
  const int64_t row_bytes = columns * std::max(x.element_size(), expected.element_size());
  const int64_t most = std::clamp<int64_t>(piece_bytes / std::max<int64_t>(1, row_bytes), 1, rows);
  const int64_t rows_of_piece = divide_up(rows, divide_up(rows, most));
  for (int64_t first = 0; first < rows; first += rows_of_piece) {
    const at::Tensor piece = x.narrow(0, first, std::min(rows_of_piece, rows - first));
    const at::Tensor logits = capped_logits(piece, weight, bias, softcap).to(dtype);
    AUTOCIRCUIT_DISPATCH(dtype, kName, [&] {
      using Kernel = Divergences<scalar_t>;
      Kernel kernel{};
      kernel.logits = logits.const_data_ptr<scalar_t>();
      kernel.expected = expected.const_data_ptr<scalar_t>();
      kernel.probabilities = probabilities.const_data_ptr<scalar_t>();
      kernel.out = result.mutable_data_ptr<scalar_t>() + first;
      kernel.first = first;
      kernel.known = expected.size(0);
      kernel.columns = columns;
      launch(kernel, {piece.size(0), 1, threads_for(columns * kShare, Kernel::kMaxThreads)});
    });
  }
  return result;
}

}  // namespace autocircuit::kernels
