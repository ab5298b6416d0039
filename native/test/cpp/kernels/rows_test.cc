#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <cmath>
#include <vector>

#include "check.h"
#include "kernels/all_kernels.h"

using namespace autocircuit;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// Four rows from five packed deltas, with what lies beyond their ends left alone.
template <class T>
void build(const Kernels& kernels, int64_t size) {
  const KernelsOf<T>& use = of_type<T>(kernels);
  const at::ScalarType type = c10::CppTypeToScalarType<T>::value;
  const at::Tensor packed = at::randn({5, use.block}, type), weight = at::randn({3, kCpuTileRows}, type),
                   base = at::randn({kCpuTileRows, size}, type), begun = at::randn({kCpuTileRows, size}, type);
  at::Tensor out = at::full({kCpuTileRows, size + 1}, 7, type);
  const std::vector<int32_t> slot{4, 0, 2};
  const T *bases[kCpuTileRows], *sums[kCpuTileRows];
  T* rows[kCpuTileRows];
  for (int64_t r = 0; r < kCpuTileRows; r++) {
    bases[r] = base.const_data_ptr<T>() + r * size;
    sums[r] = begun.const_data_ptr<T>() + r * size;
    rows[r] = out.mutable_data_ptr<T>() + r * (size + 1);
  }
  const TileList<T> list{slot.data(), weight.const_data_ptr<T>(), 3};
  const at::Tensor named = packed.index_select(0, at::tensor({4, 0, 2}, at::kLong)).narrow(1, 0, size), sum = at::mm(weight.t(), named);
  use.build_tile(size, packed.const_data_ptr<T>(), list, nullptr, bases, rows);
  CHECK(difference(out.narrow(1, 0, size), base + sum) < 1e-5);
  use.build_tile(size, packed.const_data_ptr<T>(), list, sums, bases, rows);
  CHECK(difference(out.narrow(1, 0, size), base + begun + sum) < 1e-5);
  CHECK((out.select(1, size) == 7).all().template item<bool>());
}

template <class T>
void norms(const Kernels& kernels, int64_t d, bool centres, bool scaled) {
  const KernelsOf<T>& use = of_type<T>(kernels);
  const at::ScalarType type = c10::CppTypeToScalarType<T>::value;
  const double tolerance = type == at::kFloat ? 2e-5 : 1e-12;
  const at::Tensor x = at::randn({d}, type) + 0.5, g = at::randn({d}, type), scale = at::randn({d}, type), shift = at::randn({d}, type);
  const NormArgs<T> norm{true, centres, static_cast<T>(1e-5), scaled ? scale.const_data_ptr<T>() : nullptr,
                         scaled ? shift.const_data_ptr<T>() : nullptr};
  const at::Tensor centred = centres ? x - x.mean() : x, rstd = at::rsqrt(centred.square().mean() + 1e-5), unit = centred * rstd;
  at::Tensor out = x.clone();
  use.normalize(d, out.mutable_data_ptr<T>(), norm);
  CHECK(difference(out, scaled ? unit * scale + shift : unit) < tolerance);

  const at::Tensor inner = scaled ? g * scale : g;
  at::Tensor expected = inner - unit * (inner * unit).mean();
  if (centres) expected = expected - inner.mean();
  expected = expected * rstd;
  at::Tensor grad = g.clone();
  use.norm_backward(d, grad.mutable_data_ptr<T>(), x.const_data_ptr<T>(), norm);
  CHECK(difference(grad, expected) < tolerance);

  SharedNorm<T> shared{norm, x.const_data_ptr<T>(), 0, 1};
  use.measure_norm(d, shared);
  at::Tensor into = at::empty({d}, type), stream = at::ones({d}, type);
  use.plain_backward(d, g.const_data_ptr<T>(), g.const_data_ptr<T>(), shared, into.mutable_data_ptr<T>(), stream.mutable_data_ptr<T>());
  CHECK(difference(into, expected) < tolerance);
  CHECK(difference(stream, expected + 1) < tolerance);

  at::Tensor resid = x.clone(), given = g.clone();
  use.absorb(d, given.mutable_data_ptr<T>(), scale.const_data_ptr<T>(), resid.mutable_data_ptr<T>());
  CHECK(at::equal(resid, x + g) && at::equal(given, scale - g));
}

template <class T>
void divergence(const Kernels& kernels, int64_t size) {
  const at::ScalarType type = c10::CppTypeToScalarType<T>::value;
  const at::Tensor a = at::randn({size}, type), b = at::randn({size}, type), p = at::softmax(b, -1);
  DivergenceShare share;
  of_type<T>(kernels).measure_divergence(share, size, a.const_data_ptr<T>(), b.const_data_ptr<T>(), p.const_data_ptr<T>());
  const at::Tensor differences = (a - b).to(at::kDouble), below = differences - differences.max();
  CHECK_NEAR(share.largest, differences.max().item<double>(), 1e-6);
  CHECK_NEAR(share.weights, 1, 1e-6);
  CHECK_NEAR(share.exponentials, (p * below.exp()).sum().item<double>(), 1e-6);
  CHECK_NEAR(share.differences, (p * below).sum().item<double>(), 1e-5);
}

template <class T>
void all(const Kernels& use) {
  for (int64_t size = 1; size <= of_type<T>(use).block; size++) build<T>(use, size);
  for (const int64_t d : {3, 16, 37, 64, 101})
    for (const bool centres : {false, true})
      for (const bool scaled : {false, true}) norms<T>(use, d, centres, scaled);
  for (const int64_t size : {1, 7, 16, 33, 200}) divergence<T>(use, size);
}

}  // namespace

TEST("kernels of rows give what LibTorch's operators give, with every instruction set") {
  at::manual_seed(7);
  test::with_all_kernels([](const Kernels& use) {
    all<float>(use);
    all<double>(use);
  });
}
