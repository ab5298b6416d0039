#include "kernels/cpu/attended_heads.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <vector>

#include "all_kernels.h"
#include "check.h"

using namespace autocircuit;
using namespace autocircuit::test;

namespace {

struct Case {
  int64_t examples, heads, key_heads, queries, keys, d;
};

const std::vector<Case> kCases{{1, 1, 1, 1, 1, 1},   {2, 3, 3, 5, 5, 7},    {3, 6, 2, 15, 15, 64},  {2, 2, 1, 17, 33, 16},
                               {1, 2, 2, 1, 40, 12}, {2, 4, 1, 70, 70, 20}, {1, 1, 1, 130, 130, 80}};

// Who sees whom: all, those before, and those before and near, with padding that differs by example.
at::Tensor allowed(const Case& of, int kind) {
  if (kind == 0) return {};
  const at::Tensor query = at::arange(of.keys - of.queries, of.keys).unsqueeze(1), key = at::arange(of.keys).unsqueeze(0);
  at::Tensor mask = (key <= query).unsqueeze(0);
  if (kind == 2) {
    const at::Tensor padding = (at::arange(of.examples) * 3 % of.keys).view({-1, 1, 1});
    mask = (mask & (query - key < 4) & (key.unsqueeze(0) >= padding)) | (query == key).unsqueeze(0);
  }
  return mask.unsqueeze(1);
}

at::Tensor random(const Case& of, int64_t heads, int64_t positions, at::ScalarType type) {
  return at::randn({of.examples, positions, heads, of.d + 3}, type).narrow(-1, 2, of.d).transpose(1, 2);
}

// In float64, by LibTorch's operators.
at::Tensor expected(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask, double scale) {
  const auto each = [&](const at::Tensor& x) { return x.repeat_interleave(q.size(1) / x.size(1), 1); };
  at::Tensor scores = at::matmul(q, each(k).transpose(-1, -2)) * scale;
  if (mask.defined()) scores = scores.masked_fill(mask.logical_not(), -std::numeric_limits<double>::infinity());
  return at::matmul(at::softmax(scores, -1), each(v));
}

double distance(const at::Tensor& a, const at::Tensor& b) { return (a.to(at::kDouble) - b).abs().max().item<double>(); }

}  // namespace

TEST("the core of attention and its gradients are those that LibTorch's operators give in float64, with every set of instructions") {
  for (const Case& of : kCases)
    for (const int kind : {0, 1, 2})
      for (const auto type : {at::kFloat, at::kDouble}) {
        const at::Tensor q = random(of, of.heads, of.queries, type), k = random(of, of.key_heads, of.keys, type),
                         v = random(of, of.key_heads, of.keys, type), z_grad = random(of, of.heads, of.queries, type);
        const at::Tensor mask = allowed(of, kind);
        const double scale = 0.3, near = type == at::kFloat ? 2e-5 : 1e-12;
        std::vector<at::Tensor> leaves;
        for (const at::Tensor& x : {q, k, v}) leaves.push_back(x.to(at::kDouble).detach().requires_grad_());
        at::Tensor wanted;
        {
          const at::AutoGradMode record(true);
          wanted = expected(leaves[0], leaves[1], leaves[2], mask, scale);
          wanted.backward(z_grad.to(at::kDouble));
        }
        with_all_kernels([&](const Kernels& use) {
          const Attended made = attended_heads(q, k, v, mask, scale, use);
          CHECK(made.z.sizes() == q.sizes() && made.z.transpose(1, 2).is_contiguous());
          CHECK(distance(made.z, wanted) < near);
          const AttendedGrads grads = attended_heads_backward(z_grad, q, k, v, mask, scale, made.statistics, use);
          CHECK(distance(grads.q, leaves[0].grad()) < near);
          CHECK(distance(grads.k, leaves[1].grad()) < near * (1 + 0.1 * static_cast<double>(of.queries)));
          CHECK(distance(grads.v, leaves[2].grad()) < near * (1 + 0.1 * static_cast<double>(of.queries)));
        });
      }
}

TEST("a query that sees one key gives it all its weight, and gets exactly no gradient") {
  const Case of{3, 4, 2, 9, 9, 24};
  const at::Tensor q = random(of, 4, 9, at::kFloat) * 40, k = random(of, 2, 9, at::kFloat), v = random(of, 2, 9, at::kFloat);
  const at::Tensor alone = at::eye(9, at::kBool).view({1, 1, 9, 9});
  with_all_kernels([&](const Kernels& use) {
    const Attended made = attended_heads(q, k, v, alone, 0.7, use);
    CHECK(made.z.equal(v.repeat_interleave(2, 1)));
    const AttendedGrads grads = attended_heads_backward(at::randn({3, 4, 9, 24}), q, k, v, alone, 0.7, made.statistics, use);
    CHECK(grads.q.eq(0).all().item<bool>() && grads.k.eq(0).all().item<bool>());
  });
}

TEST("what is no number stays none in the rows that see it, and in no others") {
  const Case of{2, 2, 2, 20, 20, 8};
  const at::Tensor q = random(of, 2, 20, at::kFloat), v = random(of, 2, 20, at::kFloat), mask = allowed(of, 1);
  const at::Tensor k = random(of, 2, 20, at::kFloat).contiguous();
  k.select(0, 1).select(0, 0).select(0, 11).select(0, 3).fill_(std::numeric_limits<float>::quiet_NaN());
  with_all_kernels([&](const Kernels& use) {
    const at::Tensor nan = attended_heads(q, k, v, mask, 1, use).z.isnan();
    CHECK(nan.select(0, 1).select(0, 0).narrow(0, 11, 9).all().item<bool>());
    CHECK(nan.sum().item<int64_t>() == 9 * 8);
  });
}

TEST("an example gives the same numbers alone as in a batch") {
  const Case of{5, 6, 3, 19, 19, 24};
  const at::Tensor q = random(of, 6, 19, at::kFloat), k = random(of, 3, 19, at::kFloat), v = random(of, 3, 19, at::kFloat);
  const at::Tensor mask = allowed(of, 2), all = attended_heads(q, k, v, mask, 0.5).z;
  for (int64_t i = 0; i < 5; i++) {
    const auto one = [&](const at::Tensor& x) { return x.narrow(0, i, 1); };
    CHECK(attended_heads(one(q), one(k), one(v), one(mask), 0.5).z.equal(one(all)));
  }
}
