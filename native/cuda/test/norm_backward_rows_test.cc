#include <algorithm>

#include "check.h"
#include "under_test.h"
#include "values.h"

using namespace autocircuit;
using namespace autocircuit::test;

namespace {

constexpr double kEps = 1e-5;

std::vector<double> row_of(const std::vector<double>& all, int64_t row, int64_t d) {
  return {all.begin() + row * d, all.begin() + (row + 1) * d};
}

// sum over j of grad[j] * norm(x)[j].
double loss(const std::vector<double>& x, const std::vector<double>& grad, const std::vector<double>& scale, int64_t norm) {
  const Statistics of = statistics(x, norm, kEps);
  double result = 0;
  for (size_t j = 0; j < x.size(); j++) result += grad[j] * (x[j] - of.mean) * of.factor * (scale.empty() ? 1 : scale[j]);
  return result;
}

}  // namespace

TEST("kernels: a norm's backward equals the finite difference, in every width, dtype and norm") {
  Random random(1);
  for (const int64_t d : {1, 3, 5, 64, 127, 768, 1030})
    for (const at::ScalarType dtype : kDtypes)
      for (const int64_t norm : {1, 2})
        for (const bool shared : {false, true})
          for (const bool scaled : {false, true}) {
            const int64_t rows = 3, n = 2;
            const int64_t x_rows = shared ? n : rows * n;
            const at::Tensor grad = random_tensor(random, {rows, n, d}, dtype), x = random_tensor(random, {x_rows, d}, dtype);
            const kernels::Maybe scale = scaled ? kernels::Maybe(random_tensor(random, {d}, dtype)) : kernels::Maybe();
            at::Tensor result = grad.clone();
            under_test::norm_backward_rows_(result, x, norm, kEps, scale);
            const std::vector<double> g = numbers(grad), value = numbers(x), got = numbers(result);
            const std::vector<double> s = scale ? numbers(*scale) : std::vector<double>();
            for (int64_t row = 0; row < rows * n; row++) {
              const std::vector<double> of_grad = row_of(g, row, d), of_x = row_of(value, row % x_rows, d);
              const double factor = statistics(of_x, norm, kEps).factor;
              double most = 0;
              for (int64_t j = 0; j < d; j++) most = std::max(most, std::abs(of_grad[j] * (s.empty() ? 1 : s[j]) * factor));
              for (int64_t j = 0; j < d; j += std::max<int64_t>(1, d / 11)) {
                // A step that the norm does not notice as large; its own error is below 1e-7 of the gradient.
                const double step = 1e-4 / std::max(1.0, factor);
                std::vector<double> up = of_x, down = of_x;
                up[j] += step, down[j] -= step;
                const double expected = (loss(up, of_grad, s, norm) - loss(down, of_grad, s, norm)) / (2 * step);
                const double tolerance = rounding_at(expected, dtype) + (1e-6 + 100 * rounding_of_sums(dtype)) * most;
                CHECK_NEAR(got[row * d + j], expected, tolerance);
              }
            }
          }
}

TEST("kernels: without a norm the gradient stays what it is") {
  Random random(2);
  const at::Tensor grad = random_tensor(random, {2, 3, 5}, at::kFloat);
  at::Tensor result = grad.clone();
  under_test::norm_backward_rows_(result, random_tensor(random, {3, 5}, at::kFloat), 0, kEps, {});
  CHECK(at::equal(grad, result));
}
