#include "check.h"
#include "under_test.h"
#include "values.h"

using namespace autocircuit;
using namespace autocircuit::test;

namespace {

void check_case(Random& random, int64_t rows, int64_t sources, int64_t n, int64_t d, int64_t buckets, at::ScalarType dtype) {
  const at::Tensor grad = random_tensor(random, {rows, n, d}, dtype), delta = random_tensor(random, {sources, n, d}, dtype);
  std::vector<int64_t> bucket_of(buckets > 1 ? n : 0);
  for (auto& bucket : bucket_of) bucket = below(random, buckets);
  const at::Tensor index = at::tensor(bucket_of, at::kLong).to(at::kInt);
  const at::Tensor result = under_test::mask_gradient(grad, delta, index, buckets);
  CHECK(result.sizes() == at::IntArrayRef({buckets, rows, sources}));
  CHECK(result.scalar_type() == (dtype == at::kDouble ? at::kDouble : at::kFloat));
  CHECK(at::equal(result, under_test::mask_gradient(grad, delta, index, buckets)));
  const std::vector<double> g = numbers(grad), x = numbers(delta), got = numbers(result);
  std::vector<double> expected(buckets * rows * sources), magnitude(buckets * rows * sources);
  for (int64_t i = 0; i < n; i++)
    for (int64_t r = 0; r < rows; r++)
      for (int64_t s = 0; s < sources; s++)
        for (int64_t j = 0; j < d; j++) {
          const int64_t at = ((buckets > 1 ? bucket_of[i] : 0) * rows + r) * sources + s;
          const double product = g[(r * n + i) * d + j] * x[(s * n + i) * d + j];
          expected[at] += product;
          magnitude[at] += std::abs(product);
        }
  for (size_t k = 0; k < got.size(); k++)
    // Rounding errors of a long sum grow with the root of its length; the magnitude here is that of all its terms.
    CHECK_NEAR(got[k], expected[k], 8 * rounding_of_sums(dtype) * magnitude[k]);
}

}  // namespace

TEST("kernels: the mask's gradient in one bucket") {
  Random random(1);
  for (const at::ScalarType dtype : kDtypes)
    for (const int64_t rows : {1, 7, 36})
      for (const int64_t sources : {1, 9, 65})
        for (const auto& [n, d] : {std::pair<int64_t, int64_t>{1, 1}, {3, 5}, {7, 64}, {13, 11}})
          check_case(random, rows, sources, n, d, 1, dtype);
}

TEST("kernels: the mask's gradient by bucket, some of them empty, in blocks that end unevenly") {
  Random random(2);
  for (const at::ScalarType dtype : kDtypes)
    for (const int64_t rows : {1, 16, 17, 36})
      for (const int64_t sources : {1, 64, 65, 130})
        for (const auto& [n, d] : {std::pair<int64_t, int64_t>{1, 1}, {6, 3}, {9, 32}, {20, 37}})
          for (const int64_t buckets : {2, 5}) check_case(random, rows, sources, n, d, buckets, dtype);
}

TEST("kernels: the mask's gradient by many buckets and in many slices") {
  Random random(3);
  check_case(random, 3, 5, 300, 4, 2, at::kFloat);
  check_case(random, 2, 70, 40, 127, 300, at::kFloat);
  check_case(random, 36, 40, 16, 768, 3, at::kFloat);
}

TEST("kernels: the mask's gradient of nothing is 0") {
  const at::Tensor result = under_test::mask_gradient(at::ones({2, 3, 4}), at::ones({0, 3, 4}), at::zeros({3}, at::kInt), 2);
  CHECK(result.sizes() == at::IntArrayRef({2, 2, 0}));
  CHECK(message_of([] {
          under_test::mask_gradient(at::ones({2, 3, 4}), at::ones({1, 3, 4}), at::zeros({2}, at::kInt), 2);
        }).find("bucket_of is [2], not [3]") != std::string::npos);
}
