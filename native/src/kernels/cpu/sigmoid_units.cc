#include "kernels/cpu/sigmoid_units.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>

#include "kernels/processor.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

constexpr int64_t kGrain = 16384;  // numbers a task: some ten microseconds

at::Tensor in_order(const at::Tensor& t, const at::Tensor& x) {
  if (!t.defined()) return t;
  if (t.sizes() != x.sizes()) throw Error(ErrorCode::shape, "units are of one shape with what they gate");
  return t.contiguous();
}

const float* data_of(const at::Tensor& t) { return t.defined() ? t.const_data_ptr<float>() : nullptr; }
const float* from(const float* data, int64_t first) { return data ? data + first : nullptr; }

}  // namespace

bool takes_sigmoid_units(const at::Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && !(x.requires_grad() && at::GradMode::is_enabled());
}

at::Tensor sigmoid_units(const SigmoidUnit& unit, const at::Tensor& x, const at::Tensor& by) {
  const at::Tensor in = x.contiguous(), factors = in_order(by, x);
  at::Tensor out = at::empty_like(in);
  const float *const read = data_of(in), *const factor = data_of(factors);
  float* const to = out.mutable_data_ptr<float>();
  at::parallel_for(0, in.numel(), kGrain, [&](int64_t first, int64_t end) {
    kernels().sigmoid_units(unit, end - first, read + first, from(factor, first), to + first);
  });
  return out;
}

SigmoidUnitsBackward sigmoid_units_backward(const SigmoidUnit& unit, const at::Tensor& grad, const at::Tensor& x, const at::Tensor& by) {
  const at::Tensor in = x.contiguous(), factors = in_order(by, x), grads = in_order(grad, x);
  SigmoidUnitsBackward made{at::empty_like(in), factors.defined() ? at::empty_like(in) : at::Tensor()};
  const float *const read = data_of(in), *const factor = data_of(factors), *const given = data_of(grads);
  float* const to = made.x.mutable_data_ptr<float>();
  float* const to_factor = made.by.defined() ? made.by.mutable_data_ptr<float>() : nullptr;
  at::parallel_for(0, in.numel(), kGrain, [&](int64_t first, int64_t end) {
    const SigmoidUnitGrads of{given + first, read + first, from(factor, first), to + first, to_factor ? to_factor + first : nullptr};
    kernels().sigmoid_units_backward(unit, of, end - first);
  });
  return made;
}

}  // namespace autocircuit
