#include "kernels/cpu/plain_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "check.h"
#include "operators/operators.h"

using namespace autocircuit;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// [buckets, R, S] by plain loops.
at::Tensor products(const at::Tensor& grad, const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets) {
  at::Tensor result = at::zeros({buckets, grad.size(0), delta.size(0)}, grad.options());
  for (int64_t r = 0; r < grad.size(0); r++)
    for (int64_t s = 0; s < delta.size(0); s++)
      for (int64_t i = 0; i < grad.size(1); i++) result[bucket_of.empty() ? 0 : bucket_of[i]][r][s] += at::dot(grad[r][i], delta[s][i]);
  return result;
}

// `holds`: the norm's denominator is a constant.
void in_one_visit(bool holds) {
  constexpr int64_t rows = 5, n = 7, d = 37, sources = 9;
  constexpr double eps = 1e-5;
  for (const NormKind kind : {NormKind::none, NormKind::layer_norm, NormKind::rms_norm})
    for (const bool scaled : {false, true})
      for (const std::vector<int64_t>& bucket_of : {std::vector<int64_t>{}, std::vector<int64_t>{1, 0, 1, 0, 1, 0, 1}}) {
        const at::Tensor grad = at::randn({rows, n, d}, at::kDouble), delta = at::randn({sources, n + 3, d}, at::kDouble).narrow(1, 2, n);
        const at::Tensor x = at::randn({n, d}, at::kDouble) + 0.5, before = at::randn({n, d}, at::kDouble);
        const at::Tensor scale = scaled && kind != NormKind::none ? at::randn({d}, at::kDouble) : at::Tensor();
        at::Tensor of_inputs = grad.clone();
        if (kind != NormKind::none) {
          const at::AutoGradMode record(true);
          const at::Tensor leaf = x.unsqueeze(0).repeat({rows, 1, 1}).requires_grad_();
          const at::Tensor centred = kind == NormKind::layer_norm ? leaf - leaf.mean(-1, true) : leaf;
          const at::Tensor over = at::rsqrt(centred.square().mean(-1, true) + eps);
          at::Tensor out = centred * (holds ? over.detach() : over);
          if (scale.defined()) out = out * scale;
          out.backward(grad);
          of_inputs = leaf.grad();
        }
        const int64_t buckets = bucket_of.empty() ? 1 : 2;
        at::Tensor stream = before.clone();
        const PlainRows work{grad, x, {kind, eps, scale, {}}, delta, bucket_of, buckets, {}, holds};
        at::Tensor none;
        CHECK(difference(plain_rows_backward(work, stream, none), products(of_inputs, delta, bucket_of, buckets)) < 1e-10);
        CHECK(difference(stream, before + of_inputs.sum(0)) < 1e-10);
        // Rows that wait for the others' visit, and what is kept of these.
        PlainRows more = work;
        more.beside = {at::randn({1, n, d}, at::kDouble), at::randn({2, n + 2, d}, at::kDouble).narrow(1, 1, n)};
        at::Tensor again = before.clone(), keep = at::empty({rows, n + 4, d}, at::kDouble).narrow(1, 3, n);
        const at::Tensor both = plain_rows_backward(more, again, keep);
        CHECK(difference(both, products(at::cat({of_inputs, more.beside[0], more.beside[1]}), delta, bucket_of, buckets)) < 1e-10);
        CHECK(again.equal(stream));
        CHECK(difference(keep, of_inputs) < 1e-10);
        more.delta = delta.narrow(0, 0, 0);
        CHECK(plain_rows_backward(more, again, keep).sizes() == at::IntArrayRef({buckets, rows + 3, 0}));
      }
}

}  // namespace

TEST("the gradient of the mask is that of plain loops, with buckets in any order") {
  at::manual_seed(1);
  for (const at::ScalarType type : {at::kFloat, at::kDouble})
    for (const std::vector<int64_t>& bucket_of : {std::vector<int64_t>{}, std::vector<int64_t>{1, 0, 2, 0, 1, 0, 3}}) {
      const int64_t buckets = bucket_of.empty() ? 1 : 4;
      const at::Tensor grad = at::randn({6, 7, 21}, type), delta = at::randn({8, 7, 21}, type);
      at::Tensor of_row;
      if (!bucket_of.empty()) of_row = at::tensor(bucket_of, at::kInt);
      CHECK(difference(mask_gradient(grad, delta, of_row, buckets), products(grad, delta, bucket_of, buckets)) < 1e-4);
    }
}

TEST("plain rows: norm, sum and products in one visit are LibTorch's one after the other") {
  at::manual_seed(2);
  for (const bool holds : {false, true}) in_one_visit(holds);
}
