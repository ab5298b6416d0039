#include "patching/panel.h"

#include <ATen/ATen.h>

#include <vector>

#include "check.h"
#include "engine/panel_products.h"

using namespace autocircuit;

TEST("a panel's product is that of plain loops, for matrices stored by row, by column and neither") {
  if (!has_panels()) return;
  at::manual_seed(3);
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 13})
    for (const int64_t k : {1, 16, 37})
      for (const int64_t columns : {1, 16, 30, 64}) {
        const at::Tensor x = at::randn({rows, k}), bias = at::randn({columns});
        for (const at::Tensor& matrix : {at::randn({k, columns + 3}), at::randn({columns + 3, k}).t(), at::randn({k, columns + 3, 2}).select(2, 1)})
          for (const bool biased : {false, true}) {
            std::vector<float> packed(k * kPanel);
            at::Tensor out = at::full({rows, columns + 1}, 7.0f);
            multiply_panel(rows, k, x.const_data_ptr<float>(), k, {matrix.const_data_ptr<float>(), matrix.stride(0), matrix.stride(1)}, 3,
                           columns, biased ? bias.const_data_ptr<float>() : nullptr, packed.data(), out.mutable_data_ptr<float>(), columns + 1);
            for (int64_t i = 0; i < rows; i++) {
              for (int64_t c = 0; c < columns; c++) {
                double expected = biased ? bias[c].item<double>() : 0;
                for (int64_t j = 0; j < k; j++) expected += x[i][j].item<double>() * matrix[j][3 + c].item<double>();
                CHECK_NEAR(out[i][c].item<double>(), expected, 1e-4);
              }
              CHECK_EQUAL(out[i][columns].item<float>(), 7.0f);
            }
          }
      }
}

TEST("products of several matrices by panels are bmm's, and each number is the same whatever is made with it") {
  at::manual_seed(5);
  const at::Tensor x = at::randn({150, 3, 48}).transpose(0, 1), matrices = at::randn({100, 3, 48}).permute({1, 2, 0}), bias = at::randn({100});
  if (!suit_panels(x, matrices)) return;
  at::Tensor out = at::empty({3, 150, 100}), some = at::empty({3, 7, 100});
  panel_products(out, x, matrices, bias);
  CHECK((out - (at::bmm(x, matrices) + bias)).abs().max().item<double>() < 1e-4);
  panel_products(some, x.narrow(1, 11, 7), matrices, bias);
  CHECK(at::equal(some, out.narrow(1, 11, 7)));
}
