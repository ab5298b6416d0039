#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstddef>
#include <memory>
#include <new>

#include "check.h"
#include "engine/cases.h"
#include "engine/weights.h"
#include "engine/workspace.h"

// Ablations, kept runs, prefixes and graphs belong to the network, tokens, padding and graph they were made for, not to an address.
namespace autocircuit::test {
namespace {

std::shared_ptr<Transformer> network(const TransformerConfig& config, int64_t seed, at::ScalarType type = at::kDouble) {
  at::manual_seed(seed);
  return std::make_shared<Transformer>(config, random_weights(config), Placement{at::kCPU, type, false});
}

at::Tensor tokens(int64_t seed) {
  at::manual_seed(seed);
  return at::randint(0, 11, {3, 7}, at::kLong);
}

std::shared_ptr<Ablation> random_ablation(const PatchGraph& graph, int64_t seed) {
  at::manual_seed(seed);
  return std::make_shared<Ablation>(at::randn({graph.sources, 3, 7, 20}, at::kDouble));
}

ForwardRequest patched(const PatchGraph& graph, const at::Tensor& mask, std::shared_ptr<Ablation> ablation) {
  ForwardRequest request;
  request.tokens = tokens(1);
  request.patch = Patch{std::make_shared<PatchGraph>(graph), mask, std::move(ablation)};
  return request;
}

std::shared_ptr<KeptRun> kept_run(const Transformer& model, const at::Tensor& of, const at::Tensor& padding = {}) {
  ForwardRequest request;
  request.tokens = of;
  request.padding = padding;
  request.keep_run = true;
  return model.forward(request).run;
}

// Most rows all ablated: what the ablation's caches hold decides the logits.
std::vector<at::Tensor> telling_masks(const PatchGraph& graph) {
  at::manual_seed(8);
  return {at::ones({graph.edges}, at::kDouble), (at::rand({graph.edges}) < 0.97).to(at::kDouble),
          (at::rand({graph.edges}) < 0.5).to(at::kDouble)};
}

std::string refusal(const Transformer& model, const ForwardRequest& request) {
  return message_of([&] { model.forward(request); });
}

bool says(const std::string& message, const char* part) { return message.find(part) != std::string::npos; }

}  // namespace

TEST("an ablation serves networks of several weights and number types in turn, and stays as it is") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  const auto ablation = random_ablation(graph, 2);
  const at::Tensor before = ablation->sources().clone();
  const std::vector<std::shared_ptr<Transformer>> models{network(config, 3), network(config, 4), network(config, 3, at::kBFloat16),
                                                         network(config, 4, at::kHalf), network(config, 4, at::kFloat)};
  for (int round = 0; round < 2; round++)
    for (const auto& model : models)
      for (const at::Tensor& mask : telling_masks(graph)) {
        const at::Tensor shared = model->forward(patched(graph, mask, ablation)).logits;
        const auto fresh = std::make_shared<Ablation>(before);
        CHECK(shared.equal(model->forward(patched(graph, mask, fresh)).logits));
      }
  CHECK(ablation->sources().scalar_type() == at::kDouble && ablation->sources().equal(before));
}

TEST("a network at the address of another one that is gone takes nothing of its results") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  const auto ablation = random_ablation(graph, 2);
  alignas(Transformer) std::byte room[sizeof(Transformer)];
  std::shared_ptr<KeptRun> run;
  std::shared_ptr<Prefix> prefix;
  ForwardRequest keeps_prefix;
  keeps_prefix.tokens = tokens(1).narrow(1, 0, 2);
  keeps_prefix.want_keys_values = true;
  for (int64_t seed = 0; seed < 4; seed++) {
    at::manual_seed(seed);
    auto* const model = new (room) Transformer(config, random_weights(config));
    for (const at::Tensor& mask : telling_masks(graph)) {
      const at::Tensor given = model->forward(patched(graph, mask, ablation)).logits;
      const auto fresh = std::make_shared<Ablation>(ablation->sources());
      CHECK(given.equal(model->forward(patched(graph, mask, fresh)).logits));
      ForwardRequest request = patched(graph, mask, ablation);
      if (run) {
        request.from = run;
        CHECK(says(refusal(*model, request), "the kept run (from) was made by another model"));
        request.from = nullptr;
        request.prefix = prefix;
        CHECK(says(refusal(*model, request), "the prefix was made by another model"));
      }
    }
    run = kept_run(*model, tokens(1));
    prefix = model->forward(keeps_prefix).prefix;
    model->~Transformer();
  }
}

TEST("a kept run of other tokens, padding or graphs is refused, and says where it differs") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  const auto model = network(config, 3);
  ForwardRequest request = patched(graph, telling_masks(graph)[2], random_ablation(graph, 2));
  request.from = kept_run(*model, tokens(1));
  const at::Tensor right = model->forward(request).logits;
  request.tokens = tokens(1).clone();
  CHECK(at::allclose(model->forward(request).logits, right, 1e-12, 1e-12));
  request.tokens[1][5] = (request.tokens[1][5] + 1) % 11;
  CHECK(says(refusal(*model, request), "other tokens: the first that differs is at prompt 1, position 5"));
  request.tokens = tokens(1);
  request.padding = at::zeros({3}, at::kLong);
  CHECK(at::allclose(model->forward(request).logits, right, 1e-12, 1e-12));
  request.padding = at::tensor({0, 1, 0}, at::kLong);
  CHECK(says(refusal(*model, request), "other padding"));
  request.from = kept_run(*model, tokens(1), request.padding);
  model->forward(request);
  request.padding = at::Tensor();
  CHECK(says(refusal(*model, request), "other padding"));
  ForwardRequest prefix;
  prefix.tokens = tokens(1).narrow(1, 0, 2);
  prefix.want_keys_values = true;
  request.from = kept_run(*model, tokens(1));
  request.prefix = model->forward(prefix).prefix;
  CHECK(says(refusal(*model, request), "behind another prefix"));
  ForwardRequest unfactorized;
  unfactorized.tokens = tokens(1);
  unfactorized.keep_run = true;
  unfactorized.graph = std::make_shared<PatchGraph>(make_graph(config, 0, true, false));
  request.prefix = nullptr;
  request.from = model->forward(unfactorized).run;
  CHECK(says(refusal(*model, request), "factorised graph"));
  request.from = nullptr;
  request.keep_run = true;
  CHECK(says(refusal(*model, request), "must not be patched"));
}

// Blocks before the first patched edge are not run: what is asked of them would be missing.
TEST("a pass from a kept run is refused what only a whole pass has, and ablations of other prompts") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  const auto model = network(config, 3);
  at::Tensor last = at::zeros({graph.edges}, at::kDouble);
  last[graph.edges - 1] = 1;
  ForwardRequest request = patched(graph, last, random_ablation(graph, 2));
  const ForwardRequest plain = request;
  request.from = kept_run(*model, tokens(1));
  for (bool ForwardRequest::* const want : {&ForwardRequest::want_source_outputs, &ForwardRequest::want_resid,
                                            &ForwardRequest::want_latents, &ForwardRequest::want_keys_values, &ForwardRequest::keep_run}) {
    ForwardRequest asks = request;
    asks.*want = true;
    CHECK(says(refusal(*model, asks), "gives logits and divergences only"));
  }
  // The whole network runs where gradients are recorded.
  ForwardRequest recording = request, whole = plain;
  recording.patch->mask = last.clone().requires_grad_();
  recording.want_keys_values = whole.want_keys_values = true;
  const std::vector<at::Tensor> given = model->forward(recording).prefix->keys, expected = model->forward(whole).prefix->keys;
  CHECK(given.size() == expected.size() && at::allclose(given.back(), expected.back(), 1e-12, 1e-12));
  request.patch->mask = at::stack({last, last});
  const at::Tensor sources = request.patch->ablation->sources();
  request.patch->ablation = std::make_shared<Ablation>(at::cat({sources, sources}, 1));
  CHECK(says(refusal(*model, request), "the ablation was made for 6 prompts, the kept run (from) for 3"));
}

TEST("a kept run serves graphs and ablations in turn") {
  const TransformerConfig config = architectures()[0].config;
  const auto model = network(config, 3);
  const std::vector<PatchGraph> graphs{make_graph(config, 0), make_graph(config, 7), make_graph(config, 0, false)};
  const std::shared_ptr<KeptRun> run = kept_run(*model, tokens(1));
  for (int round = 0; round < 3; round++)
    for (const PatchGraph& graph : graphs)
      for (const int64_t seed : {2, 5}) {
        const auto ablation = random_ablation(graph, seed);
        ForwardRequest request = patched(graph, at::full({graph.edges}, 0.25 * (round + 1), at::kDouble), ablation);
        const at::Tensor fresh = model->forward(request).logits;
        request.from = run;
        CHECK(at::allclose(model->forward(request).logits, fresh, 1e-9, 1e-9));
      }
}

TEST("graphs of another network, and groups that nothing reads, are refused") {
  const TransformerConfig config = architectures()[0].config, attention_only = architectures()[2].config;
  const auto model = network(config, 3);
  const auto refused = [&](const PatchGraph& graph) {
    return refusal(*model, patched(graph, at::zeros({graph.edges}, at::kDouble), random_ablation(graph, 2)));
  };
  CHECK(says(refused(make_graph(attention_only, 0)), "of another model"));
  PatchGraph graph = make_graph(config, 0);
  graph.groups[1].sources++;
  CHECK(says(refused(graph), "group k of block 0"));
  graph = make_graph(config, 0);
  graph.groups.push_back(graph.groups[0]);
  CHECK(says(refused(graph), "is there twice"));
  graph = make_graph(config, 0);
  graph.groups[3].kind = GroupKind::mid;
  CHECK(says(refused(graph), "group mid of block 0"));
}

TEST("groups that leave out sources are refused") {
  for (const Architecture& one : architectures()) {
    const auto model = network(one.config, 3);
    const PatchGraph whole = make_graph(one.config, 0);
    for (size_t i = 0; i < whole.groups.size(); i++)
      for (const int64_t first : {0, 1}) {
        PatchGraph graph = whole;
        graph.groups[i].sources--;
        graph.groups[i].first_source = first;
        const std::string told = refusal(*model, patched(graph, at::zeros({graph.edges}, at::kDouble), random_ablation(graph, 2)));
        CHECK_MESSAGE(says(told, "that write before it, and must read them all"), one.name + ", group " + std::to_string(i));
      }
  }
}

TEST("groups of queries, keys and values that do not belong together are refused") {
  int64_t tried = 0;
  for (const Architecture& one : architectures()) {
    const TransformerConfig& config = one.config;
    if (config.kv_heads == config.heads) continue;
    tried++;
    const auto model = network(config, 3);
    const auto refused = [&](const PatchGraph& graph) {
      return refusal(*model, patched(graph, at::zeros({graph.edges}, at::kDouble), random_ablation(graph, 2)));
    };
    for (const size_t left_out : {0, 1, 2}) {
      PatchGraph graph = make_graph(config, 0);
      graph.groups.erase(graph.groups.begin() + static_cast<std::ptrdiff_t>(left_out));
      CHECK(says(refused(graph), "the graph's groups q, k and v of block 0 belong together"));
    }
    PatchGraph graph = make_graph(config, 0);
    graph.groups[1].heads = config.heads;
    graph.groups[2].heads = config.kv_heads;
    CHECK(says(refused(graph), "must have as many heads"));
  }
  CHECK(tried > 0);
}

TEST("what is made of an ablation or a run goes with it, and with the network") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  auto model = network(config, 3);
  const std::weak_ptr<Workspace> workspace = model->workspace().weak_from_this();
  const auto mask = telling_masks(graph)[2];
  auto first = random_ablation(graph, 2), second = random_ablation(graph, 3);
  auto run = kept_run(*model, tokens(1));
  for (const auto& ablation : {first, second}) {
    ForwardRequest request = patched(graph, mask, ablation);
    request.from = run;
    model->forward(request);
  }
  CHECK_EQUAL(model->workspace().ablations(), 2u);
  CHECK_EQUAL(model->workspace().runs(), 1u);
  second.reset();
  CHECK_EQUAL(model->workspace().ablations(), 1u);
  run.reset();
  CHECK_EQUAL(model->workspace().runs(), 0u);
  model.reset();
  CHECK(workspace.expired());
  first.reset();
}

TEST("a gradient is there for the asking after the network, the ablation and the graph were let go") {
  const TransformerConfig config = architectures()[0].config;
  const PatchGraph graph = make_graph(config, 0);
  const at::Tensor mask = at::full({graph.edges}, 0.5, at::kDouble).requires_grad_();
  auto model = network(config, 3);
  const at::Tensor expected =
      torch::autograd::grad({model->forward(patched(graph, mask, random_ablation(graph, 2))).logits.sum()}, {mask})[0];
  const at::Tensor logits = model->forward(patched(graph, mask, random_ablation(graph, 2))).logits;
  const std::weak_ptr<Transformer> gone = model;
  model.reset();
  CHECK(torch::autograd::grad({logits.sum()}, {mask})[0].equal(expected));
  CHECK(gone.expired());
}

}  // namespace autocircuit::test
