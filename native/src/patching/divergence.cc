#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "engine/outputs.h"
#include "operators/signatures.h"
#include "patching/panel.h"
#include "patching/simd.h"

namespace autocircuit::on_cpu {
namespace {

typedef int32_t IntVector __attribute__((vector_size(64)));

// e^x for x <= 0, to two units in the last place: 2^n e^r with |r| <= ln 2 / 2, e^r by its series up to r^7.
AUTOCIRCUIT_INLINE void exp_of(Vector<float>& result, const Vector<float>& x) {
  constexpr float to_bits = 1.44269504088896341f, high = 0.693359375f, low = -2.12194440e-4f;
  const Vector<float> lowest = -87.0f + Vector<float>{};
  const Vector<float> clipped = x > lowest ? x : lowest;
  const IntVector n = __builtin_convertvector(clipped * to_bits - 0.5f, IntVector);  // towards zero: the nearest, as x <= 0
  const Vector<float> whole = __builtin_convertvector(n, Vector<float>);
  const Vector<float> r = clipped - whole * high - whole * low;
  Vector<float> sum = 1.0f / 5040 + Vector<float>{};
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const IntVector power = (n + 127) << 23;
  Vector<float> scale;
  std::memcpy(&scale, &power, sizeof scale);
  const Vector<float> value = sum * scale;
  result = x > lowest ? value : Vector<float>{};
}

AUTOCIRCUIT_INLINE void exp_of(Vector<double>& result, const Vector<double>& x) {
  for (int64_t i = 0; i < kWidth<double>; i++) result[i] = std::exp(x[i]);
}

template <class T>
AUTOCIRCUIT_INLINE T lanes_total(const Vector<T>& x) {
  T total = 0;
  for (int64_t i = 0; i < kWidth<T>; i++) total += x[i];
  return total;
}

// What a piece of a row adds to the two sums, with its differences counted from the largest of the piece.
struct Share {
  double largest = -std::numeric_limits<double>::infinity();
  double weights = 0, exponentials = 0, differences = 0;
};

template <class T>
AUTOCIRCUIT_INLINE T largest_difference(int64_t size, const T* logits, const T* expected) {
  constexpr int64_t width = kWidth<T>;
  T result = -std::numeric_limits<T>::infinity();
  Vector<T> most = result + Vector<T>{};
  int64_t i = 0;
  for (; i + width <= size; i += width) {
    Vector<T> a, b;
    load(a, logits + i);
    load(b, expected + i);
    const Vector<T> difference = a - b;
    most = difference > most ? difference : most;
  }
  for (int64_t lane = 0; lane < width; lane++) result = std::max<T>(result, most[lane]);
  for (; i < size; i++) result = std::max(result, logits[i] - expected[i]);
  return result;
}

template <class T>
AUTOCIRCUIT_INLINE void measure(Share& share, int64_t size, const T* logits, const T* expected, const T* probabilities) {
  constexpr int64_t width = kWidth<T>;
  const T largest = largest_difference(size, logits, expected);
  Vector<T> weights{}, exponentials{}, differences{};
  const auto add = [&](const Vector<T>& a, const Vector<T>& b, const Vector<T>& p) __attribute__((always_inline)) {
    const Vector<T> difference = a - b - largest;
    Vector<T> exponential;
    exp_of(exponential, difference);
    weights += p;
    exponentials += p * exponential;
    differences += p * difference;
  };
  int64_t i = 0;
  for (; i + width <= size; i += width) {
    Vector<T> a, b, p;
    load(a, logits + i);
    load(b, expected + i);
    load(p, probabilities + i);
    add(a, b, p);
  }
  if (i < size) {  // the rest, with probability 0 in the lanes beyond the end
    Vector<T> a = largest + Vector<T>{}, b{}, p{};
    std::memcpy(&a, logits + i, (size - i) * sizeof(T));
    std::memcpy(&b, expected + i, (size - i) * sizeof(T));
    std::memcpy(&p, probabilities + i, (size - i) * sizeof(T));
    add(a, b, p);
  }
  share = {largest, lanes_total<T>(weights), lanes_total<T>(exponentials), lanes_total<T>(differences)};
}

AUTOCIRCUIT_CLONES void measure_piece(Share& share, int64_t size, const float* logits, const float* expected, const float* probabilities) {
  measure(share, size, logits, expected, probabilities);
}
AUTOCIRCUIT_CLONES void measure_piece(Share& share, int64_t size, const double* logits, const double* expected, const double* probabilities) {
  measure(share, size, logits, expected, probabilities);
}

// Where a difference lies further above their mean, probabilities too small to be represented would count.
constexpr double kWidest = 40;

// One row from its pieces, which lie `stride` apart; nothing where that cannot be told from them.
std::optional<double> total(const Share* shares, int64_t pieces, int64_t stride) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < pieces; i++) largest = std::max(largest, shares[i * stride].largest);
  Share sum;
  for (int64_t i = 0; i < pieces; i++) {
    const Share& share = shares[i * stride];
    const double below = share.largest - largest;
    sum.weights += share.weights;
    sum.exponentials += share.exponentials * std::exp(below);
    sum.differences += share.differences + share.weights * below;
  }
  // The probabilities' own rounding divides out, so that equal rows give exactly 0.
  const double mean = sum.differences / sum.weights;
  if (!(-mean <= kWidest)) return std::nullopt;
  return std::log(sum.exponentials / sum.weights) - mean;
}

// From log-probabilities.
at::Tensor wide_divergences(const at::Tensor& logits, const at::Tensor& expected) {
  const at::Tensor reference = at::log_softmax(expected, -1);
  return (reference.exp() * (reference - at::log_softmax(logits.to(reference.scalar_type()), -1))).sum(-1);
}

// Columns whose logits lie in the second-level cache until they are compared, and which are enough for a product to run well.
int64_t columns_of_piece(int64_t rows) { return std::clamp<int64_t>((int64_t{1} << 17) / rows, 512, 2048) / kPanel * kPanel; }

}  // namespace

at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const signatures::OptionalTensor& bias, double softcap,
                       const at::Tensor& expected, const at::Tensor& probabilities) {
  if (expected.scalar_type() != at::kFloat && expected.scalar_type() != at::kDouble)
    return portable::divergences(x, weight, bias, softcap, expected, probabilities);
  const int64_t rows = x.size(0), columns = weight.size(1), known = expected.size(0);
  const int64_t width = columns_of_piece(rows), pieces = (columns + width - 1) / width;
  std::vector<Share> shares(rows * pieces);
  at::Tensor result = at::empty({rows}, expected.options());
  std::vector<int64_t> wide;
  AT_DISPATCH_FLOATING_TYPES(expected.scalar_type(), "divergences", [&] {
    const scalar_t* of_expected = expected.const_data_ptr<scalar_t>();
    const scalar_t* of_probabilities = probabilities.const_data_ptr<scalar_t>();
    at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
      const at::NoGradGuard no_grad;  // of this thread
      for (int64_t piece = begin; piece < end; piece++) {
        const int64_t first = piece * width, size = std::min(width, columns - first);
        const at::Tensor logits = capped_logits(x, weight.narrow(1, first, size), bias ? bias->narrow(0, first, size) : at::Tensor(), softcap)
                                      .to(expected.scalar_type());
        const scalar_t* of_logits = logits.const_data_ptr<scalar_t>();
        for (int64_t row = 0; row < rows; row++) {
          const int64_t other = row % known * columns + first;
          measure_piece(shares[piece * rows + row], size, of_logits + row * size, of_expected + other, of_probabilities + other);
        }
      }
    });
    scalar_t* out = result.mutable_data_ptr<scalar_t>();
    for (int64_t row = 0; row < rows; row++) {
      const std::optional<double> divergence = total(&shares[row], pieces, rows);
      if (divergence) out[row] = static_cast<scalar_t>(*divergence);
      else wide.push_back(row);
    }
  });
  if (!wide.empty()) {
    const at::Tensor index = at::tensor(wide, at::kLong);
    const at::Tensor logits = capped_logits(x.index_select(0, index), weight, bias.value_or(at::Tensor()), softcap);
    result.index_copy_(0, index, wide_divergences(logits, expected.index_select(0, index.remainder(known))));
  }
  return result;
}

}  // namespace autocircuit::on_cpu
