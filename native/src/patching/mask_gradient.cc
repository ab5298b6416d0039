#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "operators/signatures.h"
#include "patching/simd.h"

namespace autocircuit::on_cpu {
namespace {

constexpr int64_t kTile = 4;   // rows and sources whose products are summed in registers together
constexpr int64_t kDepth = 4;  // rows of the batch per visit, so that registers are added up across them only once

// sums[r * kTile + s] += sum over `depth` batch rows of <grad row r, delta row s>.
template <class T>
AUTOCIRCUIT_INLINE void tile_products(int64_t d, int64_t depth, const T* const* grad, const T* const* delta, T* sums) {
  constexpr int64_t width = kWidth<T>;
  Vector<T> acc[kTile][kTile] = {};
  T tail[kTile][kTile] = {};
  for (int64_t k = 0; k < depth; k++) {
    int64_t i = 0;
    for (; i + width <= d; i += width) {
      Vector<T> b[kTile];
#pragma GCC unroll 4
      for (int64_t s = 0; s < kTile; s++) load(b[s], delta[s] + k * d + i);
#pragma GCC unroll 4
      for (int64_t r = 0; r < kTile; r++) {
        Vector<T> a;
        load(a, grad[r] + k * d + i);
#pragma GCC unroll 4
        for (int64_t s = 0; s < kTile; s++) acc[r][s] += a * b[s];
      }
    }
    for (; i < d; i++)
      for (int64_t r = 0; r < kTile; r++)
        for (int64_t s = 0; s < kTile; s++) tail[r][s] += grad[r][k * d + i] * delta[s][k * d + i];
  }
  for (int64_t r = 0; r < kTile; r++)
    for (int64_t s = 0; s < kTile; s++) {
      T total = tail[r][s];
      for (int64_t j = 0; j < width; j++) total += acc[r][s][j];
      sums[r * kTile + s] = total;
    }
}

AUTOCIRCUIT_CLONES void products(int64_t d, int64_t depth, const float* const* grad, const float* const* delta, float* sums) {
  tile_products(d, depth, grad, delta, sums);
}

AUTOCIRCUIT_CLONES void products(int64_t d, int64_t depth, const double* const* grad, const double* const* delta, double* sums) {
  tile_products(d, depth, grad, delta, sums);
}

// How many rows from n on share n's bucket, at most kDepth and not beyond `end`.
int64_t same_bucket(const int32_t* bucket_of, int64_t n, int64_t end) {
  const int64_t limit = std::min(end - n, kDepth);
  if (!bucket_of) return limit;
  int64_t depth = 1;
  while (depth < limit && bucket_of[n + depth] == bucket_of[n]) depth++;
  return depth;
}

}  // namespace

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_tensor, int64_t buckets) {
  if (grad.scalar_type() != at::kFloat && grad.scalar_type() != at::kDouble)
    return portable::mask_gradient(grad, delta, bucket_tensor, buckets);
  const int32_t* bucket_of = bucket_tensor.numel() > 0 ? bucket_tensor.const_data_ptr<int32_t>() : nullptr;
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2), sources = delta.size(0);
  const int64_t threads = at::get_num_threads();
  at::Tensor partial = at::zeros({threads, buckets, rows, sources}, grad.options());
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "mask_gradient", [&] {
    const scalar_t* g = grad.const_data_ptr<scalar_t>();
    const scalar_t* x = delta.const_data_ptr<scalar_t>();
    scalar_t* sums = partial.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, n, kDepth, [&](int64_t from, int64_t to) {
      scalar_t* mine = sums + at::get_thread_num() * buckets * rows * sources;
      for (int64_t i = from; i < to;) {
        const int64_t depth = same_bucket(bucket_of, i, to);
        scalar_t* bucket = mine + (bucket_of ? bucket_of[i] : 0) * rows * sources;
        for (int64_t s0 = 0; s0 < sources; s0 += kTile) {
          const scalar_t* delta_rows[kTile];
          for (int64_t s = 0; s < kTile; s++) delta_rows[s] = x + (std::min(s0 + s, sources - 1) * n + i) * d;
          for (int64_t r0 = 0; r0 < rows; r0 += kTile) {
            const scalar_t* grad_rows[kTile];
            for (int64_t r = 0; r < kTile; r++) grad_rows[r] = g + (std::min(r0 + r, rows - 1) * n + i) * d;
            scalar_t tile[kTile * kTile];
            products(d, depth, grad_rows, delta_rows, tile);
            for (int64_t r = 0; r < std::min(kTile, rows - r0); r++)
              for (int64_t s = 0; s < std::min(kTile, sources - s0); s++)
                bucket[(r0 + r) * sources + s0 + s] += tile[r * kTile + s];
          }
        }
        i += depth;
      }
    });
  });
  return partial.sum(0);
}

}  // namespace autocircuit::on_cpu
