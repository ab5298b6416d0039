#include "engine/rotary.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "engine/cases.h"

using namespace autocircuit;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// By LibTorch's operators. Angles [1 or B, P, pairs].
at::Tensor written_out(const at::Tensor& x, const at::Tensor& angles, double scale, bool interleaved) {
  const at::Tensor cos = (at::cos(angles) * scale).unsqueeze(2), sin = (at::sin(angles) * scale).unsqueeze(2);
  const int64_t pairs = angles.size(2);
  const at::Tensor part = x.narrow(-1, 0, 2 * pairs);
  const at::Tensor a = interleaved ? part.slice(-1, 0, 2 * pairs, 2) : part.narrow(-1, 0, pairs);
  const at::Tensor b = interleaved ? part.slice(-1, 1, 2 * pairs, 2) : part.narrow(-1, pairs, pairs);
  const at::Tensor first = a * cos - b * sin, second = b * cos + a * sin;
  const at::Tensor turned = interleaved ? at::stack({first, second}, -1).flatten(-2) : at::cat({first, second}, -1);
  return at::cat({turned, x.narrow(-1, 2 * pairs, x.size(-1) - 2 * pairs)}, -1);
}

struct Case {
  bool interleaved, padded;  // padded: each prompt has positions of its own
  int64_t dim;               // of 14 numbers of a head
};

// Of any network: only what they compute in is asked for.
Weights some_weights() {
  const TransformerConfig config = test::architectures()[0].config;
  return Weights(config, test::weights_in(at::kDouble, config), {at::kCPU, at::kDouble, false});
}

void each_case(const std::function<void(const Case&, const at::Tensor& x, const at::Tensor& positions)>& body) {
  for (const bool interleaved : {false, true})
    for (const bool padded : {false, true})
      for (const int64_t dim : {14, 6}) {
        const at::Tensor positions =
            at::arange(5, at::kLong).unsqueeze(0).repeat({padded ? 3 : 1, 1}) + at::arange(padded ? 3 : 1).unsqueeze(1);
        // Not contiguous: heads of a wider projection.
        body({interleaved, padded, dim}, at::randn({3, 5, 6, 14}, at::kDouble).narrow(2, 1, 4), positions);
      }
}

}  // namespace

TEST("rotary positions turn pairs as they are written out, values and gradients of gradients") {
  each_case([](const Case& c, const at::Tensor& x, const at::Tensor& positions) {
    Weights weights = some_weights();
    weights.frequencies = {at::rand({c.dim / 2}, at::kDouble)};
    RotaryConfig rotary;
    rotary.dim = c.dim;
    rotary.interleaved = c.interleaved;
    rotary.scale = {1.25};
    const at::Tensor angles = positions.to(at::kDouble).unsqueeze(-1) * weights.frequencies[0];
    CHECK(difference(rotated(x, rotation_at(positions, rotary, weights, 0), rotary), written_out(x, angles, 1.25, c.interleaved)) < 1e-14);

    const at::AutoGradMode record(true);
    const at::Tensor leaf = x.detach().clone().requires_grad_(), to = at::randn_like(x), second = at::randn_like(x);
    const auto gradients = [&](const at::Tensor& turned) {
      const at::Tensor first = torch::autograd::grad({(turned.pow(3) * to).sum()}, {leaf}, {}, true, true)[0];
      return at::stack({first.detach(), torch::autograd::grad({(first * second).sum()}, {leaf})[0]});
    };
    const at::Tensor by_kernel = gradients(rotated(leaf, rotation_at(positions, rotary, weights, 0), rotary));
    CHECK(difference(by_kernel, gradients(written_out(leaf, angles, 1.25, c.interleaved))) < 1e-12);
  });
}
