#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "kernels/cpu/capped_logits.h"
#include "kernels/processor.h"
#include "operators/table.h"

namespace autocircuit::on_cpu {
namespace {

// Where a difference lies further above their mean, probabilities too small to be represented would count.
constexpr double kWidest = 40;

// One row from its pieces, which lie `stride` apart; nothing where that cannot be told from them.
std::optional<double> total(const DivergenceShare* shares, int64_t pieces, int64_t stride) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < pieces; i++) largest = std::max(largest, shares[i * stride].largest);
  DivergenceShare sum;
  for (int64_t i = 0; i < pieces; i++) {
    const DivergenceShare& share = shares[i * stride];
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
  std::vector<DivergenceShare> shares(rows * pieces);
  at::Tensor result = at::empty({rows}, expected.options());
  std::vector<int64_t> wide;
  AT_DISPATCH_FLOATING_TYPES(expected.scalar_type(), "divergences", [&] {
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const scalar_t* of_expected = expected.const_data_ptr<scalar_t>();
    const scalar_t* of_probabilities = probabilities.const_data_ptr<scalar_t>();
    at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
      const at::NoGradGuard no_grad;  // of this thread
      for (int64_t piece = begin; piece < end; piece++) {
        const int64_t first = piece * width, size = std::min(width, columns - first);
        const at::Tensor logits =
            capped_logits(x, weight.narrow(1, first, size), bias ? bias->narrow(0, first, size) : at::Tensor(), softcap)
                .to(expected.scalar_type());
        const scalar_t* of_logits = logits.const_data_ptr<scalar_t>();
        for (int64_t row = 0; row < rows; row++) {
          const int64_t other = row % known * columns + first;
          use.measure_divergence(shares[piece * rows + row], size, of_logits + row * size, of_expected + other, of_probabilities + other);
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
