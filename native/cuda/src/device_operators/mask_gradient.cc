#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "device_operators/arguments.h"
#include "device_operators/dispatch.h"
#include "device_operators/operators.h"
#include "kernels/mask_gradient.h"
#include "launch/launch.h"

namespace autocircuit::kernels {
namespace {

constexpr const char* kName = "mask_gradient";

// Blocks that keep any device busy; and how far the inner dimension is cut for that.
constexpr int64_t kEnoughBlocks = 1024, kMostSlices = 64;

// Into how many equal pieces an inner dimension is cut; pieces of whole 16-byte words where that is possible.
int64_t pieces_of(int64_t inner) {
  for (const int64_t word : {8, 1})
    for (int64_t pieces = kMostSlices; pieces > 1; pieces--)
      if (inner % (pieces * word) == 0) return pieces;
  return 1;
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype) {
#ifndef AUTOCIRCUIT_KERNELS_ON_HOST
  if (dtype != a.scalar_type()) return at::bmm(a, b, dtype);  // tensor cores, and the sums are not rounded
#endif
  return at::bmm(a.to(dtype), b.to(dtype));
}

// One product whose inner dimension, N * D, is far longer than the outer ones: cut into a batch of products, so that they fill
// the device and are added in a fixed order.
at::Tensor one_bucket(const at::Tensor& grad, const at::Tensor& delta, at::ScalarType dtype) {
  const int64_t inner = grad.size(1) * grad.size(2), pieces = pieces_of(inner);
  const at::Tensor a = grad.view({grad.size(0), pieces, inner / pieces}).transpose(0, 1);
  const at::Tensor b = delta.view({delta.size(0), pieces, inner / pieces}).permute({1, 2, 0});
  return product(a, b, dtype).sum(0, /*keepdim=*/true);
}

template <class T>
at::Tensor many_buckets(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets,
                        at::ScalarType dtype) {
  using Kernel = MaskGradient<T>;
  const auto [sorted, order] = at::sort(bucket_of, /*stable=*/true, /*dim=*/0, /*descending=*/false);
  const at::Tensor begin = at::searchsorted(sorted, at::arange(buckets + 1, bucket_of.options()));
  const int64_t rows = grad.size(0), sources = delta.size(0), n = grad.size(1), d = grad.size(2);
  const int64_t blocks = buckets * divide_up(rows, Kernel::kRows) * divide_up(sources, Kernel::kSources);
  const int64_t slices = std::clamp<int64_t>(kEnoughBlocks / blocks, 1, std::min(kMostSlices, divide_up(n, buckets)));
  const at::Tensor partial = at::empty({slices, buckets, rows, sources}, grad.options().dtype(dtype));
  Kernel kernel{};
  kernel.grad = grad.const_data_ptr<T>();
  kernel.delta = delta.const_data_ptr<T>();
  kernel.order = order.template const_data_ptr<int64_t>();
  kernel.begin = begin.const_data_ptr<int64_t>();
  kernel.rows = rows;
  kernel.sources = sources;
  kernel.n = n;
  kernel.d = d;
  kernel.buckets = buckets;
  kernel.slices = slices;
  kernel.aligned = aligned_for(d, {grad, delta});
  kernel.partial = partial.mutable_data_ptr<Compute<T>>();
  launch(kernel, {blocks, slices, Kernel::kMaxThreads});
  return slices == 1 ? partial[0] : partial.sum(0);
}

}  // namespace

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets) {
  const OnDeviceOf guard(grad);
  const at::NoGradGuard no_grad;
  const at::ScalarType dtype = grad.scalar_type();
  check(grad.dim() == 3, kName, ": grad is ", grad.sizes(), ", not [R, N, D]");
  check(delta.dim() == 3, kName, ": delta is ", delta.sizes(), ", not [S, N, D]");
  check(buckets > 0, kName, ": there is no bucket");
  check_dense(grad, {kName, "grad"}, dtype, grad.device());
  check_dense(delta, {kName, "delta"}, dtype, grad.device());
  check_sizes(delta, {kName, "delta"}, {delta.size(0), grad.size(1), grad.size(2)});
  if (buckets > 1) {
    check_dense(bucket_of, {kName, "bucket_of"}, at::kInt, grad.device());
    check_sizes(bucket_of, {kName, "bucket_of"}, {grad.size(1)});
  }
  const at::ScalarType result = dtype == at::kDouble ? at::kDouble : at::kFloat;
  if (grad.numel() == 0 || delta.numel() == 0) return at::zeros({buckets, grad.size(0), delta.size(0)}, grad.options().dtype(result));
  if (buckets == 1) return one_bucket(grad, delta, result);
  at::Tensor sums;
  AUTOCIRCUIT_DISPATCH(dtype, kName, [&] { sums = many_buckets<scalar_t>(grad, delta, bucket_of, buckets, result); });
  return sums;
}

}  // namespace autocircuit::kernels
