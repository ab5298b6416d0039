#include "kernels/cpu/rotary_pairs.h"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/cpu/row_arguments.h"

namespace autocircuit {
namespace {

template <class T>
void turn_halves(int64_t pairs, const T* x, const T* cos, const T* sin, T* out) {
  const T *a = x, *b = x + pairs;
  for (int64_t i = 0; i < pairs; i++) out[i] = a[i] * cos[i] - b[i] * sin[i];
  for (int64_t i = 0; i < pairs; i++) out[pairs + i] = b[i] * cos[i] + a[i] * sin[i];
}

template <class T>
void turn_neighbours(int64_t pairs, const T* x, const T* cos, const T* sin, T* out) {
  for (int64_t i = 0; i < pairs; i++) {
    const T a = x[2 * i], b = x[2 * i + 1];
    out[2 * i] = a * cos[i] - b * sin[i];
    out[2 * i + 1] = b * cos[i] + a * sin[i];
  }
}

}  // namespace

at::Tensor rotary_pairs(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool interleaved) {
  // Narrower types are turned in the type of the angles and rounded once.
  const at::Tensor rows = x.to(cos.scalar_type()).contiguous(), all_cos = cos.contiguous(), all_sin = sin.contiguous();
  at::Tensor out = at::empty_like(rows);
  const int64_t heads = rows.size(2), d = rows.size(3), pairs = cos.size(2), angles = cos.size(0) * cos.size(1);
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "rotary_pairs", [&] {
    const scalar_t* const from = rows.const_data_ptr<scalar_t>();
    const scalar_t* const cosines = all_cos.const_data_ptr<scalar_t>();
    const scalar_t* const sines = all_sin.const_data_ptr<scalar_t>();
    scalar_t* const to = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, rows.size(0) * rows.size(1), on_cpu::grain(heads * d), [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; i++) {
        const int64_t angle = i % angles * pairs;
        for (int64_t head = i * heads; head < (i + 1) * heads; head++) {
          (interleaved ? turn_neighbours<scalar_t> : turn_halves<scalar_t>)(pairs, from + head * d, cosines + angle, sines + angle,
                                                                            to + head * d);
          std::copy_n(from + head * d + 2 * pairs, d - 2 * pairs, to + head * d + 2 * pairs);
        }
      }
    });
  });
  return out.to(x.scalar_type());
}

}  // namespace autocircuit
