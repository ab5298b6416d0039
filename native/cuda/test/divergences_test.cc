#include <algorithm>

#include "check.h"
#include "under_test.h"
#include "values.h"

using namespace autocircuit;
using namespace autocircuit::test;

namespace {

struct Inputs {
  at::Tensor x, weight;
  kernels::Maybe bias;
  double softcap = 0;
  at::Tensor expected, probabilities;
};

// Plain logits of plain numbers, in double.
std::vector<double> plain_logits(const Inputs& in) {
  const int64_t rows = in.x.size(0), d = in.x.size(1), columns = in.weight.size(1);
  const std::vector<double> x = numbers(in.x), weight = numbers(in.weight);
  const std::vector<double> bias = in.bias ? numbers(*in.bias) : std::vector<double>(columns);
  std::vector<double> result(rows * columns);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t v = 0; v < columns; v++) {
      double logit = bias[v];
      for (int64_t j = 0; j < d; j++) logit += x[i * d + j] * weight[j * columns + v];
      result[i * columns + v] = in.softcap > 0 ? in.softcap * std::tanh(logit / in.softcap) : logit;
    }
  return result;
}

// The divergence as it is defined, from two rows of logits.
double plain_divergence(const double* logits, const double* expected, int64_t columns) {
  const auto log_total = [&](const double* of) {
    const double most = *std::max_element(of, of + columns);
    double total = 0;
    for (int64_t v = 0; v < columns; v++) total += std::exp(of[v] - most);
    return most + std::log(total);
  };
  const double of_logits = log_total(logits), of_expected = log_total(expected);
  double result = 0;
  for (int64_t v = 0; v < columns; v++) {
    const double log_p = expected[v] - of_expected;
    result += std::exp(log_p) * (log_p - (logits[v] - of_logits));
  }
  return result;
}

// A GPU has the memory for one piece.
at::Tensor run(const Inputs& in, int64_t piece_bytes = int64_t{1} << 20) {
  if (gpu()) return under_test::divergences(in.x, in.weight, in.bias, in.softcap, in.expected, in.probabilities);
  return kernels::divergences_in_pieces(in.x, in.weight, in.bias, in.softcap, in.expected, in.probabilities, piece_bytes);
}

Inputs random_inputs(Random& random, int64_t rows, int64_t known, int64_t d, int64_t columns, at::ScalarType dtype, double spread) {
  Inputs in;
  in.x = random_tensor(random, {rows, d}, dtype);
  in.weight = random_tensor(random, {columns, d}, dtype).t();  // as checkpoints have it
  in.expected = random_tensor(random, {known, columns}, at::kDouble).mul(spread).to(dtype);
  in.probabilities = at::softmax(in.expected.to(at::kDouble), -1).to(dtype);
  return in;
}

void check_inputs(const Inputs& in, double tolerance, int64_t piece_bytes) {
  const int64_t columns = in.weight.size(1), known = in.expected.size(0);
  const std::vector<double> logits = plain_logits(in), expected = numbers(in.expected), got = numbers(run(in, piece_bytes));
  CHECK_EQUAL(static_cast<int64_t>(got.size()), in.x.size(0));
  for (size_t row = 0; row < got.size(); row++) {
    const double divergence = plain_divergence(&logits[row * columns], &expected[row % known * columns], columns);
    CHECK_NEAR(got[row], divergence, tolerance * (1 + divergence));
  }
}

// Logits of magnitude 10 are rounded to 10 times this, probabilities to this of themselves.
double tolerance_of(at::ScalarType dtype) { return 20 * std::max(rounding(dtype), 1e-9); }

}  // namespace

TEST("kernels: divergences of vocabularies of every size, in every dtype") {
  Random random(1);
  for (const at::ScalarType dtype : kDtypes)
    for (const int64_t columns : {1, 2, 5, 31, 128, 513, 2500})
      for (const bool with_bias : {false, true}) {
        Inputs in = random_inputs(random, 6, columns == 5 ? 6 : 3, 4, columns, dtype, 1.5);
        if (with_bias) in.bias = random_tensor(random, {columns}, dtype);
        check_inputs(in, tolerance_of(dtype), int64_t{1} << 20);
      }
}

TEST("kernels: divergences with a soft cap, and in pieces of rows") {
  Random random(2);
  for (const int64_t piece_bytes : {1, 3000, 5000}) {
    Inputs in = random_inputs(random, 10, 2, 4, 300, at::kFloat, 1.0);
    in.softcap = 2;
    check_inputs(in, tolerance_of(at::kFloat), piece_bytes);
  }
}

TEST("kernels: divergences of rows that agree are exactly 0, also up to a constant") {
  Random random(3);
  for (const at::ScalarType dtype : kDtypes)
    for (const int64_t columns : {1, 7, 512, 1300}) {
      Inputs in = random_inputs(random, 4, 2, 3, columns, dtype, 1.0);
      in.x = at::cat({in.x.narrow(0, 0, 2), in.x.narrow(0, 0, 2)});
      in.expected = under_test::product(in.x, in.weight).narrow(0, 0, 2).contiguous();
      in.probabilities = at::softmax(in.expected, -1);
      CHECK(run(in).eq(0).all().item<bool>());
    }
  Inputs in = random_inputs(random, 2, 2, 3, 700, at::kFloat, 1.0);
  in.x.copy_(at::tensor({1.0, 2.0, 0.5, -1.0, 0.25, 3.0}).view({2, 3}));
  in.weight = in.weight.mul(8).round().div(8);  // so that a constant moves no rounding
  in.expected = under_test::product(in.x, in.weight).add(4).contiguous();
  in.probabilities = at::softmax(in.expected, -1);
  CHECK(run(in).eq(0).all().item<bool>());
}

TEST("kernels: divergences too wide for probabilities are made from their logarithms") {
  Random random(4);
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kHalf})
    for (const double spread : {20.0, 60.0, 300.0}) {
      Inputs in = random_inputs(random, 4, 2, 4, 900, dtype, spread);
      check_inputs(in, tolerance_of(dtype), int64_t{1} << 20);
    }
}

TEST("kernels: divergences of numbers that are none are none") {
  Random random(5);
  Inputs in = random_inputs(random, 2, 2, 4, 50, at::kFloat, 1.0);
  in.x[1].fill_(std::nan(""));
  const at::Tensor result = run(in);
  CHECK(!result[0].isnan().item<bool>());
  CHECK(result[1].isnan().item<bool>());
}

TEST("kernels: divergences say what is wrong with their arguments") {
  Random random(6);
  const Inputs in = random_inputs(random, 3, 2, 4, 50, at::kFloat, 1.0);
  CHECK(message_of([&] { run(in); }).find("expected has 2 rows, which do not divide 3") != std::string::npos);
}
