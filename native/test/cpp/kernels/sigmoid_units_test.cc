#include "kernels/cpu/sigmoid_units.h"

#include <ATen/ATen.h>

#include <limits>
#include <vector>

#include "check.h"
#include "kernels/all_kernels.h"
#include "runtime/error.h"

using namespace autocircuit;

namespace {

// As they are defined, in float64, with x as a float32 has it.
at::Tensor expected(const SigmoidUnit& unit, const at::Tensor& x) {
  const at::Tensor wide = x.to(at::kDouble);
  return wide * at::sigmoid(wide * (unit.linear + unit.cubic * wide.square()));
}

// The largest difference in units of a number's own size, or of the smallest that counts.
double difference(const at::Tensor& made, const at::Tensor& right) {
  return ((made.to(at::kDouble) - right).abs() / right.abs().clamp_min(1e-30)).max().item<double>();
}

// From far below where sigmoid ends to far above, the steep part finely.
at::Tensor everywhere() {
  return at::cat(
      {at::linspace(-60, 60, 4801), at::linspace(-4, 4, 4001), at::tensor({0.0f, -0.0f, 1e-30f, -1e-30f, 300.0f, 1e18f, 1e30f})});
}

const std::vector<SigmoidUnit> kUnits{kSilu, kQuickGelu, kTanhGelu};

}  // namespace

TEST("sigmoid units are x sigmoid(p), as exact as p, and their gradients those of mathematics, by every set of kernels") {
  const at::Tensor x = everywhere(), by = at::randn_like(x), grad = at::randn_like(x);
  const int64_t n = x.numel();
  test::with_all_kernels([&](const Kernels& use) {
    for (const SigmoidUnit& unit : kUnits) {
      at::Tensor out = at::empty_like(x), gated = at::empty_like(x), x_grad = at::empty_like(x), by_grad = at::empty_like(x);
      use.sigmoid_units(unit, n, x.const_data_ptr<float>(), nullptr, out.mutable_data_ptr<float>());
      use.sigmoid_units(unit, n, x.const_data_ptr<float>(), by.const_data_ptr<float>(), gated.mutable_data_ptr<float>());
      const at::Tensor right = expected(unit, x);
      // e^p is as exact as p, which float32 rounds to so many parts of 1.
      CHECK(difference(out, right) < 2e-5);
      const at::Tensor near = x.abs() < 4;
      CHECK(difference(out.masked_select(near), right.masked_select(near)) < 3e-6);
      CHECK(at::equal(gated, out * by));
      const SigmoidUnitGrads of{grad.const_data_ptr<float>(), x.const_data_ptr<float>(), by.const_data_ptr<float>(),
                                x_grad.mutable_data_ptr<float>(), by_grad.mutable_data_ptr<float>()};
      use.sigmoid_units_backward(unit, of, n);
      CHECK(at::equal(by_grad, grad * out));
      const at::Tensor wide = x.to(at::kDouble), p = wide * (unit.linear + unit.cubic * wide.square());
      const at::Tensor open = at::sigmoid(p), shut = at::sigmoid(-p);
      const at::Tensor slope = open + at::nan_to_num(wide * open * shut * (unit.linear + 3.0 * unit.cubic * wide.square()), 0, 0, 0);
      CHECK((x_grad - grad.to(at::kDouble) * by.to(at::kDouble) * slope).abs().max().item<double>() < 1e-5);
    }
  });
}

TEST("sigmoid units are the activations that LibTorch has by these names, and their gradients") {
  const at::Tensor x = at::linspace(-12, 12, 2401), grad = at::randn_like(x);
  const at::Tensor wide = x.to(at::kDouble), wide_grad = grad.to(at::kDouble);
  const auto check = [&](const SigmoidUnit& unit, const at::Tensor& units, const at::Tensor& grads) {
    CHECK((sigmoid_units(unit, x) - units).abs().max().item<double>() < 2e-6);
    CHECK((sigmoid_units_backward(unit, grad, x).x - grads).abs().max().item<double>() < 5e-6);
  };
  check(kSilu, at::silu(wide), at::silu_backward(wide_grad, wide));
  check(kTanhGelu, at::gelu(wide, "tanh"), at::gelu_backward(wide_grad, wide, "tanh"));
  CHECK((sigmoid_units(kQuickGelu, x) - wide * at::sigmoid(wide * 1.702)).abs().max().item<double>() < 2e-6);
}

TEST("sigmoid units give a number the same wherever it stands, and NaN where there was one") {
  const at::Tensor x = at::randn({1000}) * 4;
  for (const SigmoidUnit& unit : kUnits) {
    const at::Tensor whole = sigmoid_units(unit, x);
    for (const int64_t count : {0, 1, 3, 15, 16, 17, 33}) {
      for (const int64_t first : {0, 1, 7}) CHECK(at::equal(sigmoid_units(unit, x.narrow(0, first, count)), whole.narrow(0, first, count)));
    }
    const at::Tensor turned = x.view({10, 100}).t();
    CHECK(at::equal(sigmoid_units(unit, turned), whole.view({10, 100}).t()));
    const at::Tensor lost = at::full({5}, std::numeric_limits<float>::quiet_NaN());
    CHECK(sigmoid_units(unit, lost).isnan().all().item<bool>());
    CHECK(sigmoid_units_backward(unit, at::ones({5}), lost).x.isnan().all().item<bool>());
  }
  CHECK(!takes_sigmoid_units(x.to(at::kDouble)) && !takes_sigmoid_units(x.to(at::kHalf)) && takes_sigmoid_units(x));
  CHECK_THROWS(sigmoid_units(kSilu, x, x.narrow(0, 0, 10)), Error, error.code() == ErrorCode::shape);
}
