#include "patching/plain_rows.h"

#include <ATen/Dispatch.h>

#include <algorithm>
#include <cmath>

#include "patching/bucket_products.h"
#include "patching/simd.h"

namespace autocircuit {
namespace {

// What the rows at one place of the batch share. Each of them has d loss / d x = (g - a - (x - mean) * b) * rstd with
// g = gradient * scale, a the mean of g (layer norm) and b = <g, x - mean> * rstd^2 / D. Without a norm, d loss / d x = g.
template <class T>
struct SharedNorm {
  NormKind kind;
  const T* x;
  const T* scale;  // or null
  T mean, rstd;
};

constexpr int64_t kLanes = 16;

template <class T>
AUTOCIRCUIT_INLINE T total(const T* lanes) {
  T sum = 0;
  for (int64_t j = 0; j < kLanes; j++) sum += lanes[j];
  return sum;
}

// term(i) summed over all i < d, in lanes.
template <class T, class Term>
AUTOCIRCUIT_INLINE T summed(int64_t d, const Term& term) {
  T lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= d; i += kLanes)
    for (int64_t j = 0; j < kLanes; j++) lanes[j] += term(i + j);
  for (int64_t j = 0; i + j < d; j++) lanes[j] += term(i + j);
  return total(lanes);
}

template <class T>
AUTOCIRCUIT_INLINE void measure(int64_t d, T eps, SharedNorm<T>& norm) {
  const T* const x = norm.x;
  const T mean = norm.kind == NormKind::layer ? summed<T>(d, [&](int64_t i) __attribute__((always_inline)) { return x[i]; }) / d : T(0);
  const T square = summed<T>(d, [&](int64_t i) __attribute__((always_inline)) { return (x[i] - mean) * (x[i] - mean); });
  norm.mean = mean;
  norm.rstd = T(1) / std::sqrt(square / d + eps);
}

// into = gradient of the norm's input, also added to `stream`. `following` is asked for meanwhile.
template <class T>
AUTOCIRCUIT_INLINE void backward(int64_t d, const T* grad, const T* following, const SharedNorm<T>& norm, T* into, T* stream) {
  constexpr int64_t line = 64 / sizeof(T);
  T sums[kLanes] = {}, products[kLanes] = {};
  int64_t i = 0;
  const auto add = [&](int64_t at, int64_t lane) __attribute__((always_inline)) {
    const T g = norm.scale ? grad[at] * norm.scale[at] : grad[at];
    into[at] = g;
    sums[lane] += g;
    products[lane] += g * (norm.x[at] - norm.mean);
  };
  for (; i + kLanes <= d; i += kLanes) {
    for (int64_t ahead = 0; ahead < kLanes; ahead += line) __builtin_prefetch(following + i + ahead);
    for (int64_t j = 0; j < kLanes; j++) add(i + j, j);
  }
  for (int64_t j = 0; i + j < d; j++) add(i + j, j);
  const T mean = norm.kind == NormKind::layer ? total(sums) / d : T(0);
  const T slope = norm.kind == NormKind::none ? T(0) : total(products) * norm.rstd * norm.rstd / d;
  for (i = 0; i < d; i++) {
    const T value = (into[i] - mean - (norm.x[i] - norm.mean) * slope) * norm.rstd;
    into[i] = value;
    stream[i] += value;
  }
}

AUTOCIRCUIT_CLONES void measure_row(int64_t d, float eps, SharedNorm<float>& norm) { measure(d, eps, norm); }
AUTOCIRCUIT_CLONES void measure_row(int64_t d, double eps, SharedNorm<double>& norm) { measure(d, eps, norm); }
AUTOCIRCUIT_CLONES void backward_row(int64_t d, const float* grad, const float* following, const SharedNorm<float>& norm, float* into,
                                     float* stream) {
  backward(d, grad, following, norm, into, stream);
}
AUTOCIRCUIT_CLONES void backward_row(int64_t d, const double* grad, const double* following, const SharedNorm<double>& norm,
                                     double* into, double* stream) {
  backward(d, grad, following, norm, into, stream);
}

}  // namespace

bool has_plain_rows(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

at::Tensor plain_rows_backward(const at::Tensor& grad, const at::Tensor& x_in, NormKind kind, double eps, const at::Tensor& scale_in,
                               const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets, at::Tensor& stream) {
  const at::Tensor x = x_in.contiguous(), scale = scale_in.defined() ? scale_in.contiguous() : scale_in;
  const int64_t rows = grad.size(0), n = grad.size(1), d = grad.size(2), apart = grad.stride(0);
  at::Tensor result;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "plain_rows_backward", [&] {
    const scalar_t* const data = grad.const_data_ptr<scalar_t>();
    const scalar_t* const x_data = x.const_data_ptr<scalar_t>();
    const scalar_t* const scale_data = scale.defined() && kind != NormKind::none ? scale.const_data_ptr<scalar_t>() : nullptr;
    scalar_t* const stream_data = stream.mutable_data_ptr<scalar_t>();
    const auto write = [&](int64_t i, ProductSums<scalar_t>& sums) {
      SharedNorm<scalar_t> norm{kind, x_data + i * d, scale_data, 0, 1};
      if (kind != NormKind::none) measure_row(d, static_cast<scalar_t>(eps), norm);
      for (int64_t r = 0; r < rows; r++) {
        const scalar_t* const row = data + r * apart + i * d;
        const scalar_t* const following = data + (r + 1 < rows ? (r + 1) * apart + i * d : std::min(i + 1, n - 1) * d);
        backward_row(d, row, following, norm, sums.row(r), stream_data + i * d);
      }
    };
    result = bucket_products<scalar_t>(rows, delta, bucket_of, buckets, write);
  });
  return result;
}

}  // namespace autocircuit
