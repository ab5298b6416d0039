#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "check.h"
#include "engine/bounds.h"
#include "engine/cases.h"
#include "operators/operators.h"

namespace autocircuit::test {

TEST("divergences are those of the logits, and 0 where runs agree") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor mask = (at::rand({2, graph.edges}) < 0.3).to(at::kDouble) * at::tensor({0.0, 1.0}, at::kDouble).view({2, 1});
    ForwardRequest plain;
    plain.tokens = s.clean;
    plain.positions = std::vector<int64_t>{1, 5, 6};
    const at::Tensor reference = s.model.forward(plain).logits.to(at::kCPU, at::kDouble).flatten(0, 1),
                     logprobs = at::log_softmax(reference, -1);
    ForwardRequest request = request_for(s, graph, mask, ablation);
    request.tokens = s.clean.repeat({2, 1});
    request.positions = plain.positions;
    request.reference = Reference{reference, logprobs.exp()};
    const ForwardResult result = s.model.forward(request);
    const at::Tensor outputs = at::log_softmax(result.logits.to(at::kCPU, at::kDouble), -1).view({2, 3 * 3, -1});
    const at::Tensor expected = (logprobs.exp() * (logprobs - outputs)).sum(-1).view({6, 3});
    CHECK_MESSAGE(close_divergences(s, result.divergences, expected, reference), name);
    // Where nothing is patched the logits differ by rounding, and divergences by its square.
    const double rounding = bound_of(s.type, s.config().layers) * reference.abs().max().item<double>();
    CHECK_MESSAGE(result.divergences.narrow(0, 0, 3).abs().max().item<double>() < std::max(1e-14, rounding * rounding),
                  name + ", nothing patched");
    request.want_logits = false;
    CHECK_MESSAGE(!s.model.forward(request).logits.defined(), name + ", no logits");
    request.reference->probabilities = logprobs.narrow(0, 0, 4).exp();
    CHECK(message_of([&] { s.model.forward(request); }).find("here [9, 9]") != std::string::npos);
  });
}

TEST("divergences in float32 over a wide vocabulary, in pieces") {
  TransformerConfig config;
  for (const double cap : {0.0, 3.0}) {
    config.final_softcap = cap;
    const at::Tensor weight = at::randn({16, 9001}), bias = at::randn({9001}), x = at::randn({6, 16});
    const auto logprobs_of = [&](const at::Tensor& rows) {
      at::Tensor logits = at::addmm(bias, rows, weight).to(at::kDouble);
      if (cap > 0) logits = at::tanh(logits / cap) * cap;
      return at::log_softmax(logits, -1);
    };
    x[5].mul_(20);  // hundreds of nats away
    const at::Tensor reference = logprobs_of(x.narrow(0, 0, 3) + 0.1);
    const at::Tensor expected = (reference.exp() * (reference - logprobs_of(x).view({2, 3, -1}))).sum(-1).flatten();
    const at::Tensor given = divergences(x, weight, bias, config.final_softcap, reference.to(at::kFloat), reference.exp().to(at::kFloat));
    CHECK(at::allclose(given.to(at::kDouble), expected, 1e-4, 1e-5));
    at::Tensor broken = x.clone();
    broken[4][2] = NAN;
    const at::Tensor partly =
        divergences(broken, weight, bias, config.final_softcap, reference.to(at::kFloat), reference.exp().to(at::kFloat));
    CHECK(at::isnan(partly).sum().item<int64_t>() == 1 && at::isnan(partly[4]).item<bool>());
  }
}

TEST("a prefix kept as keys and values, and left padding, give the logits of the whole prompt") {
  for (const Architecture& a : architectures()) {
    if (!a.config.causal) continue;
    at::manual_seed(5);
    const Setting s(a);
    ForwardRequest whole;
    whole.tokens = s.clean;
    whole.tokens.narrow(1, 0, 3).copy_(s.clean.narrow(1, 0, 3).narrow(0, 0, 1).expand({3, 3}));
    const at::Tensor expected = s.model.forward(whole).logits;
    ForwardRequest prefix;
    prefix.tokens = whole.tokens.narrow(1, 0, 3).narrow(0, 0, 1);
    prefix.want_keys_values = true;
    ForwardRequest rest;
    rest.tokens = whole.tokens.narrow(1, 3, 4);
    rest.prefix = s.model.forward(prefix).prefix;
    CHECK_MESSAGE(close(s, s.model.forward(rest).logits, expected.narrow(1, 3, 4)), a.name + ": prefix");
    ForwardRequest padded;
    padded.tokens = at::cat({at::zeros({3, 2}, at::kLong), whole.tokens}, 1);
    padded.padding = at::tensor({2, 2, 2}, at::kLong);
    CHECK_MESSAGE(close(s, s.model.forward(padded).logits.narrow(1, 2, 7), expected), a.name + ": padding");
  }
}

TEST("wrong requests and weights say what is wrong") {
  const Setting s(architectures()[0]);
  ForwardRequest request;
  request.tokens = at::full({2, 3}, 11, at::kLong);
  CHECK(message_of([&] { s.model.forward(request); }).find("token id 11 (prompt 0, position 0)") != std::string::npos);
  request.tokens = at::zeros({2, 13}, at::kLong);
  CHECK(message_of([&] { s.model.forward(request); }).find("13 positions") != std::string::npos);
  request.tokens = at::zeros({2, 3}, at::kLong);
  for (const int64_t pads : {int64_t{-1}, int64_t{3}, int64_t{1} << 40}) {
    request.padding = at::tensor({int64_t{2}, pads}, at::kLong);
    CHECK(message_of([&] { s.model.forward(request); }).find("prompt 1 has " + std::to_string(pads) + " padded positions of 3") !=
          std::string::npos);
  }
  for (const at::Tensor& shapeless : {at::zeros({3}, at::kLong), at::zeros({2}, at::kInt), at::zeros({}, at::kLong)}) {
    request.padding = shapeless;
    CHECK(message_of([&] { s.model.forward(request); }).find("padding must be int64 [2]") != std::string::npos);
  }
  request.padding = at::Tensor();
  const at::Tensor rows = at::zeros({6, s.config().d_vocab_out}, at::kDouble);
  request.reference = Reference{rows, rows.to(at::kFloat)};
  CHECK(message_of([&] { s.model.forward(request); }).find("both float64 or neither") != std::string::npos);
  request.reference = Reference{rows.sum(), rows.sum()};
  CHECK(message_of([&] { s.model.forward(request); }).find("the reference must be [prompts * positions") != std::string::npos);
  const PatchGraph graph = make_graph(s.config(), 0);
  ForwardRequest patched = request_for(s, graph, at::zeros({graph.edges + 1}), s.ablation(graph));
  CHECK(message_of([&] { s.model.forward(patched); }).find("edges") != std::string::npos);
  NamedWeights weights = s.weights;
  weights["blocks.1.attn.W_Q"] =
      weights["blocks.1.attn.W_Q"].index_fill(0, at::tensor({0}, at::kLong), std::numeric_limits<double>::quiet_NaN());
  CHECK(message_of([&] { Transformer(s.config(), weights); }).find("blocks.1.attn.W_Q") != std::string::npos);
  weights = s.weights;
  weights.erase("ln_final.w");
  weights["ln_fnal.w"] = at::ones({20}, at::kDouble);
  CHECK(message_of([&] { Transformer(s.config(), weights); }).find("ln_fnal.w") != std::string::npos);
}

}  // namespace autocircuit::test
