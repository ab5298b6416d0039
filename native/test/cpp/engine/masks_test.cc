#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "engine/bounds.h"
#include "engine/cases.h"
#include "engine/weights.h"

namespace autocircuit::test {

namespace {

// In narrow types devices other than the host round the stream itself, and the gradient that flows along it. Where patched edges take
// nearly all of one of them away, what is left is that rounding, and there is nothing to compare.
bool takes_rounded_stream(const Setting& s, const std::string& mask) {
  const bool narrow = s.type == at::kBFloat16 || s.type == at::kHalf;
  return narrow && !s.model.weights().options.device().is_cpu() && (mask == "all" || mask == "most" || mask == "blocks");
}

}  // namespace

TEST("plain forward and sources equal the network written out") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const PlainResult expected = plain_forward(s.config(), s.weights, s.clean, graph);
    ForwardRequest request;
    request.tokens = s.clean;
    request.graph = std::make_shared<PatchGraph>(graph);
    request.want_source_outputs = true;
    const ForwardResult got = s.model.forward(request);
    CHECK_MESSAGE(close(s, got.logits, expected.logits), name);
    CHECK_MESSAGE(close(s, got.source_outputs, expected.source_outputs), name + ": sources");
    request.want_source_outputs = false;
    request.positions = std::vector<int64_t>{6, 2};
    CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected.logits.index_select(1, at::tensor({6, 2}))), name + ": positions");
  });
}

TEST_IN_PARTS("every kind of mask gives the logits of inputs built one by one", 7) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count)) {
        const std::string which = ", mask " + mask_name + " x" + std::to_string(count), what = name + which;
        const at::Tensor expected = plain_logits(s, kind.name + which, graph, mask, values(*ablation));
        ForwardRequest request = request_for(s, graph, mask, ablation);
        CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected), what);
        request.positions = std::vector<int64_t>{6};
        CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected.narrow(1, 6, 1)), what + ", last position");
      }
  });
}

TEST_IN_PARTS("an ablation that all examples share, and one of zeros", 7) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const at::Tensor mean = values(*s.ablation(graph)).mean(1, true);
    for (const bool zeros : {false, true})
      for (const auto& [mask_name, mask] : masks(graph.edges)) {
        // Zeros instead of a node's output take away all of a stream that only this node wrote.
        if (takes_rounded_stream(s, zeros ? "all" : mask_name)) continue;
        const at::Tensor sources = zeros ? at::zeros_like(mean) : mean;
        const std::string which = (zeros ? ", zeros, mask " : ", mask ") + mask_name;
        const at::Tensor expected = plain_logits(s, kind.name + which, graph, mask, sources.expand({-1, 3, -1, -1}));
        ForwardRequest request = request_for(s, graph, mask, std::make_shared<Ablation>(sources));
        CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected), name + which);
      }
  });
}

TEST("several masks over a repeated batch share its ablation, and give the sources of each mask alone") {
  const Setting s(architectures()[0]);
  for (const bool factorized : {true, false}) {
    const PatchGraph graph = graph_of(s, {"shared", true, factorized, false, false});
    const auto ablation = s.ablation(graph);
    const at::Tensor two = at::rand({2, graph.edges}, at::kDouble);
    std::vector<at::Tensor> logits, sources;
    for (const at::Tensor& mask : two.unbind()) {
      ForwardRequest alone = request_for(s, graph, mask, ablation);
      alone.want_source_outputs = true;
      const ForwardResult made = s.model.forward(alone);
      logits.push_back(made.logits);
      sources.push_back(made.source_outputs);
    }
    ForwardRequest together = request_for(s, graph, two, ablation);
    together.tokens = s.clean.repeat({2, 1});
    together.want_source_outputs = true;
    const ForwardResult made = s.model.forward(together);
    CHECK(close(s, made.logits, at::cat(logits)));
    CHECK(close(s, made.source_outputs, at::cat(sources, 1)));
  }
}

// Inputs of queries, keys and values are made together, a piece of a large batch at a time: whole masks, or whole prompts under one.
TEST("a batch of two pieces gives each prompt what it gets alone") {
  const Setting s(architectures()[0]);
  for (const bool by_token : {false, true}) {
    const PatchGraph graph = graph_of(s, {"separate", true, true, by_token, false});
    const int64_t rows_of_prompt = 3 * s.config().heads * s.config().d_model * 8 * s.clean.size(1) * s.clean.size(0);
    const int64_t times = 3 * (int64_t{32} << 20) / (2 * rows_of_prompt);
    const auto own = s.ablation(graph);
    const auto shared = std::make_shared<Ablation>(values(*own).mean(1, true));
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count)) {
        if (mask_name != "half" && mask_name != "most") continue;
        const std::string what = std::string(by_token ? "by token, " : "") + "mask " + mask_name + " x" + std::to_string(count);
        const auto repeated = std::make_shared<Ablation>(values(*own).unflatten(1, {count, -1}).repeat({1, 1, times, 1, 1}).flatten(1, 2));
        for (const auto& [few, many] : {std::pair{own, repeated}, std::pair{shared, shared}}) {
          ForwardRequest request = request_for(s, graph, mask, few);
          request.positions = std::vector<int64_t>{6};
          const at::Tensor alone = s.model.forward(request).logits.unflatten(0, {count, -1});  // [masks, B, 1, V]
          request = request_for(s, graph, mask, many);
          request.positions = std::vector<int64_t>{6};
          request.tokens = request.tokens.unflatten(0, {count, -1}).repeat({1, times, 1}).flatten(0, 1);
          const at::Tensor together = s.model.forward(request).logits.unflatten(0, {count, -1});
          CHECK_MESSAGE(close(s, together, alone.repeat({1, times, 1, 1})), what);
        }
      }
  }
}

// Where nothing is patched, gradients of inputs are made for a piece of a large batch at a time.
TEST("the mask's gradient over a batch of several pieces is the sum of its prompts'") {
  const Setting s(architectures()[0]);
  const PatchGraph graph = graph_of(s, {"separate", true, true, false, false});
  const int64_t row = 3 * s.config().heads * s.config().d_model * 8;  // bytes, of queries, keys and values
  const int64_t times = 5 * (int64_t{8} << 20) / (2 * row * s.clean.numel());
  const auto own = s.ablation(graph), repeated = std::make_shared<Ablation>(values(*own).repeat({1, times, 1, 1}));
  const at::Tensor direction = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble);
  const auto gradient = [&](const at::Tensor& tokens, const std::shared_ptr<Ablation>& ablation) {
    const at::Tensor mask = at::zeros({1, graph.edges}, at::kDouble).requires_grad_();
    ForwardRequest request = request_for(s, graph, mask, ablation);
    request.tokens = tokens;
    const at::Tensor logits = s.model.forward(request).logits;
    return torch::autograd::grad({(logits * direction.repeat({tokens.size(0) / 3, 1, 1})).sum()}, {mask})[0];
  };
  CHECK(times > 1);
  CHECK(close(s, gradient(s.clean.repeat({times, 1}), repeated) / static_cast<double>(times), gradient(s.clean, own), 2));
}

TEST_IN_PARTS("the mask's gradient is that of the network written out", 7) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor direction = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble);
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count)) {
        // The slope of a ReLU jumps where the rounding of its stream changes a sign.
        const bool relu = s.config().activation == Activation::relu;
        if (takes_rounded_stream(s, relu ? "all" : mask_name)) continue;
        const std::string which = ", mask " + mask_name + " x" + std::to_string(count);
        const auto loss = [](const at::Tensor& logits, const at::Tensor& weights) { return (logits.to(at::kCPU) * weights).sum(); };
        const auto& expected = s.made->get(kind.name + which, {mask, direction}, [&, leaf = mask.clone().requires_grad_()] {
          const at::Tensor logits = plain_forward(s.config(), s.weights, s.clean, graph, leaf, values(*ablation)).logits;
          const auto gradient = [&](const at::Tensor& of) { return torch::autograd::grad({of}, {leaf}, {}, /*retain_graph=*/true)[0]; };
          return std::vector{gradient(loss(logits, direction)), gradient(loss(logits.narrow(1, 6, 1), direction.narrow(1, 6, 1)))};
        });
        for (const bool last : {false, true}) {
          const at::Tensor leaf = mask.clone().requires_grad_();
          ForwardRequest request = request_for(s, graph, leaf, ablation);
          if (last) request.positions = std::vector<int64_t>{6};
          const at::Tensor weights = last ? direction.narrow(1, 6, 1) : direction;
          const at::Tensor got = torch::autograd::grad({loss(s.model.forward(request).logits, weights)}, {leaf})[0];
          CHECK_MESSAGE(close(s, got, expected[last ? 1 : 0], 2), name + which + (last ? ", last position" : ""));
        }
      }
  });
}

// Where sources are many beside a block's heads, gradients of its inputs wait to be contracted beside those of the block before.
TEST("the mask's gradient in a network of many thin blocks is that of the network written out") {
  std::vector<Architecture> thin = architectures();
  for (Architecture& architecture : thin) {
    TransformerConfig& c = architecture.config;
    c.layers = 9;
    c.heads = c.kv_heads = 1;
    if (!c.window.empty()) c.window = std::vector<int64_t>(c.layers, 3);
  }
  for_each_case(thin, [](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (s.type != at::kDouble && s.type != at::kFloat) return;
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor direction = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble), mask = at::zeros(graph.edges, at::kDouble);
    const at::Tensor written = mask.clone().requires_grad_();
    const at::Tensor logits = plain_forward(s.config(), s.weights, s.clean, graph, written, values(*ablation)).logits;
    for (const bool last : {false, true}) {
      const auto loss = [&](const at::Tensor& of) { return (of.to(at::kCPU) * (last ? direction.narrow(1, 6, 1) : direction)).sum(); };
      const at::Tensor leaf = mask.clone().requires_grad_();
      ForwardRequest request = request_for(s, graph, leaf, ablation);
      if (last) request.positions = std::vector<int64_t>{6};
      const at::Tensor expected = torch::autograd::grad({loss(last ? logits.narrow(1, 6, 1) : logits)}, {written}, {}, true)[0];
      const at::Tensor got = torch::autograd::grad({loss(s.model.forward(request).logits)}, {leaf})[0];
      CHECK_MESSAGE(close(s, got, expected, 2), name + (last ? ", last position" : ""));
    }
  });
}

// Where all that a stream is made of is taken away, nothing is left: neither it nor its rounding, which the next norm would magnify.
TEST("a pass that records gradients makes patched inputs as one that does not") {
  for (const Architecture& a : architectures())
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      at::manual_seed(3);
      const Setting s(a, at::kCPU, type);
      const PatchGraph graph = make_graph(a.config, 0);
      const auto zeros = std::make_shared<Ablation>(at::zeros({graph.sources, 1, 7, a.config.d_model}));
      for (const auto& [mask_name, mask] : masks(graph.edges)) {
        if (mask_name != "all" && mask_name != "most") continue;
        const at::Tensor without = s.model.forward(request_for(s, graph, mask, zeros)).logits;
        const at::Tensor with = s.model.forward(request_for(s, graph, mask.clone().requires_grad_(), zeros)).logits.detach();
        const double largest = without.abs().max().item<double>(), roundings = 8;
        CHECK_MESSAGE((with - without).abs().max().item<double>() <= roundings * unit_of(type) * largest, a.name + ", mask " + mask_name);
      }
    }
}

}  // namespace autocircuit::test
