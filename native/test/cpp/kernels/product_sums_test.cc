#include "kernels/cpu/product_sums.h"

#include <random>
#include <vector>

#include "check.h"
#include "kernels/all_kernels.h"

using namespace autocircuit;

namespace {

std::vector<float> random_numbers(int64_t count, int seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(count);
  for (float& number : numbers) number = normal(generator);
  return numbers;
}

void compare(int64_t rows, int64_t deltas, int64_t d, const Kernels& use) {
  constexpr int64_t batch = 5;
  const std::vector<float> x = random_numbers(batch * rows * d, 1), y = random_numbers(deltas * batch * d, 2);
  std::vector<double> expected(rows * deltas);
  std::vector<float> given(rows * deltas, 1.0f);
  ProductSums<float> sums(rows, deltas, d, use);
  for (int64_t i = 0; i < batch; i++) {
    for (int64_t r = 0; r < rows; r++) std::copy_n(x.data() + (i * rows + r) * d, d, sums.row(r));
    sums.add(y.data() + i * d, batch * d);
    for (int64_t r = 0; r < rows; r++)
      for (int64_t s = 0; s < deltas; s++)
        for (int64_t k = 0; k < d; k++)
          expected[r * deltas + s] += static_cast<double>(x[(i * rows + r) * d + k]) * y[(s * batch + i) * d + k];
  }
  sums.take(given.data());
  for (size_t i = 0; i < given.size(); i++) CHECK_NEAR(given[i], 1 + expected[i], 1e-4 * d);
  sums.take(given.data());  // nothing is left
  for (size_t i = 0; i < given.size(); i++) CHECK_NEAR(given[i], 1 + expected[i], 1e-4 * d);
}

}  // namespace

TEST("sums of products of rows with deltas are those of plain loops, for tiles that are full or not") {
  test::with_all_kernels([](const Kernels& use) {
    for (const int64_t rows : {1, 3, 4, 5, 9})
      for (const int64_t deltas : {1, 3, 6, 13})
        for (const int64_t d : {5, 16, 37, 64}) compare(rows, deltas, d, use);
  });
}
