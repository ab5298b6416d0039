#include "patching/row_kernels.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "patching/simd.h"

namespace autocircuit {
namespace {

constexpr int64_t kLane = 64;  // elements summed in registers at a time

template <class T>
struct NormArgs {
  NormKind kind;
  T eps;
  const T* scale;
  const T* shift;
};

// x[0, d) = base + sum_k w[k] * rows[k]
template <class T>
AUTOCIRCUIT_INLINE void weighted_sum(int64_t d, const T* base, int64_t count, const T* w, const T* const* rows, T* x) {
  int64_t i = 0;
  for (; i + kLane <= d; i += kLane) {
    T acc[kLane];
    for (int64_t j = 0; j < kLane; j++) acc[j] = base[i + j];
    for (int64_t k = 0; k < count; k++) {
      const T* row = rows[k] + i;
      const T weight = w[k];
      for (int64_t j = 0; j < kLane; j++) acc[j] += weight * row[j];
    }
    for (int64_t j = 0; j < kLane; j++) x[i + j] = acc[j];
  }
  for (; i < d; i++) {
    T acc = base[i];
    for (int64_t k = 0; k < count; k++) acc += w[k] * rows[k][i];
    x[i] = acc;
  }
}

template <class T>
AUTOCIRCUIT_INLINE T lane_sum(int64_t d, const T* x) {
  T acc[16] = {};
  int64_t i = 0;
  for (; i + 16 <= d; i += 16)
    for (int64_t j = 0; j < 16; j++) acc[j] += x[i + j];
  T sum = 0;
  for (int64_t j = 0; j < 16; j++) sum += acc[j];
  for (; i < d; i++) sum += x[i];
  return sum;
}

template <class T>
AUTOCIRCUIT_INLINE T lane_dot(int64_t d, const T* x, const T* y) {
  T acc[16] = {};
  int64_t i = 0;
  for (; i + 16 <= d; i += 16)
    for (int64_t j = 0; j < 16; j++) acc[j] += x[i + j] * y[i + j];
  T sum = 0;
  for (int64_t j = 0; j < 16; j++) sum += acc[j];
  for (; i < d; i++) sum += x[i] * y[i];
  return sum;
}

// Mean and 1 / standard deviation (layer norm), or 0 and 1 / root mean square.
template <class T>
AUTOCIRCUIT_INLINE void norm_statistics(int64_t d, const T* x, NormKind kind, T eps, T& mean, T& rstd) {
  mean = 0;
  T square = 0;
  if (kind == NormKind::layer) {
    mean = lane_sum(d, x) / d;
    T acc[16] = {};
    int64_t i = 0;
    for (; i + 16 <= d; i += 16)
      for (int64_t j = 0; j < 16; j++) acc[j] += (x[i + j] - mean) * (x[i + j] - mean);
    for (int64_t j = 0; j < 16; j++) square += acc[j];
    for (; i < d; i++) square += (x[i] - mean) * (x[i] - mean);
  } else {
    square = lane_dot(d, x, x);
  }
  rstd = T(1) / std::sqrt(square / d + eps);
}

template <class T>
AUTOCIRCUIT_INLINE void normalize(int64_t d, T* x, const NormArgs<T>& norm) {
  if (norm.kind == NormKind::none) return;
  T mean, rstd;
  norm_statistics(d, x, norm.kind, norm.eps, mean, rstd);
  for (int64_t i = 0; i < d; i++) x[i] = (x[i] - mean) * rstd;
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) x[i] *= norm.scale[i];
  if (norm.shift)
    for (int64_t i = 0; i < d; i++) x[i] += norm.shift[i];
}

// g becomes the gradient of the norm's input x; g * scale is the gradient of the normalised value.
template <class T>
AUTOCIRCUIT_INLINE void normalize_backward(int64_t d, T* g, const T* x, const NormArgs<T>& norm) {
  T mean, rstd;
  norm_statistics(d, x, norm.kind, norm.eps, mean, rstd);
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) g[i] *= norm.scale[i];
  const T g_sum = norm.kind == NormKind::layer ? lane_sum(d, g) : T(0);
  T g_x = lane_dot(d, g, x);
  if (norm.kind == NormKind::layer) g_x -= mean * g_sum;
  const T g_mean = g_sum / d;
  const T slope = g_x * rstd * rstd / d;
  for (int64_t i = 0; i < d; i++) g[i] = (g[i] - g_mean - (x[i] - mean) * slope) * rstd;
}

AUTOCIRCUIT_CLONES void build_row(int64_t d, const float* base, int64_t count, const float* w, const float* const* rows,
                                  float* x, const NormArgs<float>& norm) {
  weighted_sum(d, base, count, w, rows, x);
  normalize(d, x, norm);
}

AUTOCIRCUIT_CLONES void build_row(int64_t d, const double* base, int64_t count, const double* w, const double* const* rows,
                                  double* x, const NormArgs<double>& norm) {
  weighted_sum(d, base, count, w, rows, x);
  normalize(d, x, norm);
}

AUTOCIRCUIT_CLONES void backward_row(int64_t d, float* g, const float* x, const NormArgs<float>& norm) {
  normalize_backward(d, g, x, norm);
}

AUTOCIRCUIT_CLONES void backward_row(int64_t d, double* g, const double* x, const NormArgs<double>& norm) {
  normalize_backward(d, g, x, norm);
}

template <class T>
AUTOCIRCUIT_INLINE void absorb(int64_t d, T* out, const T* ablated, T* resid) {
  if (resid)
    for (int64_t i = 0; i < d; i++) resid[i] += out[i];
  if (ablated)
    for (int64_t i = 0; i < d; i++) out[i] = ablated[i] - out[i];
}

AUTOCIRCUIT_CLONES void absorb_row(int64_t d, float* out, const float* ablated, float* resid) { absorb(d, out, ablated, resid); }
AUTOCIRCUIT_CLONES void absorb_row(int64_t d, double* out, const double* ablated, double* resid) { absorb(d, out, ablated, resid); }

template <class T>
const T* data_or_null(const at::Tensor& t) {
  return t.defined() ? t.const_data_ptr<T>() : nullptr;
}

template <class T>
NormArgs<T> norm_args(NormKind kind, double eps, const at::Tensor& scale, const at::Tensor& shift) {
  return {kind, static_cast<T>(eps), data_or_null<T>(scale), data_or_null<T>(shift)};
}

at::Tensor packed(const at::Tensor& t) { return t.defined() ? t.contiguous() : t; }

// Work of about 32k elements a task keeps the threads busy without visible scheduling cost.
int64_t grain(int64_t elements) { return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, elements)); }

}  // namespace

at::Tensor gather_rows(const RowInputs& inputs, const Delta& delta, const SourceLists& lists, int64_t n, int64_t length,
                       const std::vector<int64_t>& token_of, NormKind kind, double eps, const at::Tensor& scale_in,
                       const at::Tensor& shift_in) {
  const at::Tensor scale = packed(scale_in), shift = packed(shift_in);
  const at::Tensor resid = packed(inputs.resid), ablated = packed(inputs.ablated);
  const at::Tensor& any = resid.defined() ? resid : ablated;
  const int64_t d = any.size(1);
  const int64_t rows = lists.rows;
  at::Tensor out = at::empty({rows, n, d}, any.options());
  const int64_t per_mask = n / lists.masks;
  AT_DISPATCH_FLOATING_TYPES(any.scalar_type(), "gather_rows", [&] {
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, shift);
    const scalar_t* resid_data = data_or_null<scalar_t>(resid);
    const scalar_t* ablated_data = data_or_null<scalar_t>(ablated);
    const int64_t resid_rows = resid.defined() ? resid.size(0) : 1;
    const int64_t ablated_rows = ablated.defined() ? ablated.size(0) : 1;
    const scalar_t* early = data_or_null<scalar_t>(delta.early);
    const scalar_t* late = data_or_null<scalar_t>(delta.late);
    const int64_t early_n = delta.early.defined() ? delta.early.size(1) : 1;
    scalar_t* out_data = out.mutable_data_ptr<scalar_t>();
    const std::vector<scalar_t> weights(lists.weight.begin(), lists.weight.end());
    at::parallel_for(0, n, grain(rows * d), [&](int64_t from, int64_t to) {
      std::vector<const scalar_t*> pointers;
      for (int64_t i = from; i < to; i++) {
        const int64_t mask = i / per_mask;
        const int64_t token = lists.tokens == 1 ? 0 : token_of[i % length];
        for (int64_t r = 0; r < rows; r++) {
          const int64_t list = (r * lists.masks + mask) * lists.tokens + token;
          const int64_t begin = lists.begin[list], count = lists.begin[list + 1] - begin;
          pointers.resize(count);
          for (int64_t k = 0; k < count; k++) {
            const int64_t s = lists.source[begin + k];
            pointers[k] = s < delta.first_late ? early + (s * early_n + i % early_n) * d
                                               : late + ((s - delta.first_late) * n + i) * d;
          }
          const scalar_t* base = inputs.from_ablated[r] ? ablated_data + (i % ablated_rows) * d
                                                        : resid_data + (i % resid_rows) * d;
          build_row(d, base, count, weights.data() + begin, pointers.data(), out_data + (r * n + i) * d, norm);
        }
      }
    });
  });
  return out;
}

void finish_rows_(at::Tensor& out, const at::Tensor& base_in, NormKind kind, double eps, const at::Tensor& scale_in,
                  const at::Tensor& shift_in) {
  const at::Tensor scale = packed(scale_in), shift = packed(shift_in), base = packed(base_in);
  const int64_t rows = out.size(0), n = out.size(1), d = out.size(2), base_rows = base.size(0);
  AT_DISPATCH_FLOATING_TYPES(out.scalar_type(), "finish_rows_", [&] {
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, shift);
    const scalar_t* base_data = base.const_data_ptr<scalar_t>();
    scalar_t* data = out.mutable_data_ptr<scalar_t>();
    const scalar_t one = 1;
    at::parallel_for(0, rows * n, grain(d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) {
        scalar_t* x = data + i * d;
        const scalar_t* self = x;
        build_row(d, base_data + (i % n % base_rows) * d, 1, &one, &self, x, norm);
      }
    });
  });
}

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x_in, NormKind kind, double eps, const at::Tensor& scale_in) {
  const at::Tensor x = packed(x_in), scale = packed(scale_in);
  const int64_t d = grad.size(-1), total = grad.numel() / d, x_rows = x.numel() / d;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "norm_backward_rows_", [&] {
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, {});
    const scalar_t* x_data = x.const_data_ptr<scalar_t>();
    scalar_t* data = grad.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, total, grain(d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) backward_row(d, data + i * d, x_data + (i % x_rows) * d, norm);
    });
  });
}

void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated_in, at::Tensor& resid) {
  const at::Tensor ablated = packed(ablated_in);
  const int64_t heads = out.size(0), n = out.size(1), d = out.size(2);
  const int64_t ablated_n = ablated.defined() ? ablated.size(1) : 1;
  AT_DISPATCH_FLOATING_TYPES(out.scalar_type(), "absorb_outputs_", [&] {
    const scalar_t* ablated_data = data_or_null<scalar_t>(ablated);
    scalar_t* resid_data = resid.defined() ? resid.mutable_data_ptr<scalar_t>() : nullptr;
    scalar_t* data = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, n, grain(heads * d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++)
        for (int64_t h = 0; h < heads; h++)
          absorb_row(d, data + (h * n + i) * d,
                     ablated_data ? ablated_data + (h * ablated_n + i % ablated_n) * d : nullptr,
                     resid_data ? resid_data + i * d : nullptr);
    });
  });
}

}  // namespace autocircuit
