#include <ATen/ATen.h>

#include <vector>

#include "check.h"
#include "kernels/all_kernels.h"
#include "kernels/cpu/products.h"

using namespace autocircuit;

namespace {

// Against plain loops, with what is to the right of the columns left alone.
void compare(const Kernels& use, const at::Tensor& x, const at::Tensor& matrix, int64_t columns, PanelStart start, const at::Tensor& bias) {
  const int64_t rows = x.size(0), k = x.size(1);
  std::vector<float> packed(kPanel * kPanelDepth);
  at::Tensor out = at::full({rows, columns + 1}, 7.0f);
  use.multiply_panel({rows,
                      k,
                      x.const_data_ptr<float>(),
                      k,
                      {matrix.const_data_ptr<float>(), matrix.stride(0), matrix.stride(1)},
                      3,
                      columns,
                      start,
                      bias.const_data_ptr<float>(),
                      packed.data(),
                      out.mutable_data_ptr<float>(),
                      columns + 1});
  at::Tensor expected = at::mm(x.to(at::kDouble), matrix.narrow(1, 3, columns).to(at::kDouble));
  if (start == PanelStart::bias) expected = expected + bias;
  if (start == PanelStart::out) expected = expected + 7;
  CHECK((out.narrow(1, 0, columns) - expected).abs().max().item<double>() < 1e-4);
  CHECK((out.select(1, columns) == 7).all().item<bool>());
}

}  // namespace

TEST("a panel's product is that of float64, for matrices stored by row, by column and neither") {
  at::manual_seed(3);
  test::with_all_kernels([](const Kernels& use) {
    for (const int64_t rows : {1, 2, 3, 4, 5, 6, 13, 200})
      for (const int64_t k : {1, 16, 37, 400})
        for (const int64_t columns : {1, 4, 8, 30, 64}) {
          const at::Tensor x = at::randn({rows, k}), bias = at::randn({columns});
          for (const at::Tensor& matrix :
               {at::randn({k, columns + 3}), at::randn({columns + 3, k}).t(), at::randn({k, columns + 3, 2}).select(2, 1)})
            for (const PanelStart start : {PanelStart::zero, PanelStart::bias, PanelStart::out})
              compare(use, x, matrix, columns, start, bias);
        }
  });
}

TEST("products of several matrices by panels are bmm's, and each number is the same whatever is made with it") {
  at::manual_seed(5);
  const at::Tensor x = at::randn({150, 3, 48}).transpose(0, 1), matrices = at::randn({100, 3, 48}).permute({1, 2, 0});
  const at::Tensor expected = at::bmm(x, matrices);
  at::Tensor out = at::empty({3, 150, 100}), some = at::empty({3, 7, 100}), wider = at::empty({150, 3, 120});
  short_batch_product_into(out, x, matrices);
  CHECK((out - expected).abs().max().item<double>() < 1e-4);
  short_batch_product_into(some, x.narrow(1, 11, 7), matrices);
  CHECK(at::equal(some, out.narrow(1, 11, 7)));
  const at::Tensor part = wider.narrow(2, 5, 100).transpose(0, 1);
  batch_product_into(part, x, matrices);
  CHECK((part - expected).abs().max().item<double>() < 1e-4);
  add_batch_product_(part, x, matrices);
  CHECK((part - 2 * expected).abs().max().item<double>() < 1e-4);
  CHECK((batch_product(x, matrices) - expected).abs().max().item<double>() < 1e-4);
}

TEST("one matrix's product, with and without a bias, in any type and of any strides") {
  at::manual_seed(6);
  for (const at::ScalarType type : {at::kFloat, at::kDouble})
    for (const int64_t rows : {3, 40}) {
      const at::Tensor x = at::randn({rows, 2, 50}, type).select(1, 0), bias = at::randn({70}, type);
      for (const at::Tensor& matrix : {at::randn({50, 70}, type), at::randn({70, 50}, type).t()}) {
        const at::Tensor expected = at::mm(x, matrix);
        at::Tensor wide = at::zeros({rows, 75}, type);
        product_into(wide.narrow(1, 2, 70), x, matrix, bias);
        CHECK((product(x, matrix) - expected).abs().max().item<double>() < 1e-4);
        CHECK((product(x, matrix, bias) - expected - bias).abs().max().item<double>() < 1e-4);
        CHECK((few_rows_product(x, matrix, bias) - expected - bias).abs().max().item<double>() < 1e-4);
        CHECK((wide.narrow(1, 2, 70) - expected - bias).abs().max().item<double>() < 1e-4);
        CHECK(wide.narrow(1, 72, 3).abs().sum().item<double>() == 0);
      }
    }
}
