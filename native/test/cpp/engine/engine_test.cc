#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "check.h"
#include "devices/recorder.h"
#include "engine/plain_transformer.h"
#include "engine/weights.h"
#include "engine/transformer.h"
#include "operators/operators.h"
#include "pretend_device/pretend_device.h"

namespace autocircuit::test {
namespace {

struct Architecture {
  std::string name;
  TransformerConfig config;
};

TransformerConfig base() {
  TransformerConfig c;
  c.layers = 3;
  c.d_model = 20;
  c.heads = 4;
  c.kv_heads = 4;
  c.d_head = 6;
  c.d_mlp = 24;
  c.d_vocab = 11;
  c.d_vocab_out = 9;
  c.context = 12;
  c.norm = NormKind::layer;
  c.attn_scale = 2.4;
  return c;
}

std::vector<Architecture> architectures() {
  std::vector<Architecture> all;
  const auto add = [&](const std::string& name, const std::function<void(TransformerConfig&)>& change) {
    TransformerConfig c = base();
    change(c);
    all.push_back({name, c});
  };
  const auto rotary = [](TransformerConfig& c, int64_t dim, bool interleaved) {
    c.positions = PositionKind::rotary;
    c.rotary.dim = dim;
    c.rotary.interleaved = interleaved;
    std::vector<double> frequencies;
    for (int64_t i = 0; i < dim / 2; i++) frequencies.push_back(std::pow(100.0, -2.0 * i / dim));
    c.rotary.frequencies = {frequencies};
  };
  add("gpt2", [](TransformerConfig&) {});
  add("no norm, relu, bidirectional", [](TransformerConfig& c) {
    c.norm = NormKind::none;
    c.activation = Activation::relu;
    c.causal = false;
  });
  add("attention only", [](TransformerConfig& c) {
    c.attn_only = true;
    c.d_mlp = 0;
  });
  add("pythia", [&](TransformerConfig& c) {
    c.parallel = true;
    c.activation = Activation::gelu;
    rotary(c, 4, false);
  });
  add("llama, grouped keys and values", [&](TransformerConfig& c) {
    c.norm = NormKind::rms;
    c.kv_heads = 2;
    c.gated = true;
    c.activation = Activation::silu;
    c.qk_norm = QkNorm::head;
    rotary(c, 6, true);
  });
  add("gemma-like: norms after, soft caps, windows", [&](TransformerConfig& c) {
    c.norm = NormKind::rms;
    c.pre_norm = false;
    c.kv_heads = 1;
    c.gated = true;
    c.attn_softcap = 3;
    c.final_softcap = 4;
    c.window = {2, 0, 3};
    c.embed_scale = 1.7;
    rotary(c, 6, false);
  });
  return all;
}

// Masks that reach every path: nothing, everything, a few edges, all but a few, fractions, and mixtures of rows.
std::vector<std::pair<std::string, at::Tensor>> masks(int64_t edges, int64_t count = 1) {
  const auto random = [&] { return at::rand({count, edges}, at::kDouble); };
  const auto few = [&](double share) { return (random() < share).to(at::kDouble); };
  std::vector<std::pair<std::string, at::Tensor>> all{
      {"none", at::zeros({count, edges}, at::kDouble)}, {"all", at::ones({count, edges}, at::kDouble)},
      {"few", few(0.03)}, {"half", few(0.5)}, {"most", few(0.97)}, {"fractions", random()},
      {"blocks", (at::arange(edges).div(7, "floor") % 3 == 0).to(at::kDouble).expand({count, edges}).clone()}};
  if (count == 1)
    for (auto& [name, mask] : all) mask = mask[0];
  return all;
}

// To 1e-9 of the largest value: float64 rounding through three layers stays far below that.
bool close(const at::Tensor& given, const at::Tensor& expected) {
  const at::Tensor a = given.to(at::kCPU), b = expected.to(at::kCPU);
  return (a - b).abs().max().item<double>() <= 1e-9 * (1 + b.abs().max().item<double>());
}

struct Setting {
  Architecture architecture;
  NamedWeights weights;
  Transformer model;
  at::Tensor clean, corrupt;
  explicit Setting(const Architecture& a, const at::Device& device = at::kCPU)
      : architecture(a), weights(random_weights(a.config)), model(a.config, weights, {device, std::nullopt, false}),
        clean(at::randint(0, a.config.d_vocab, {3, 7}, at::kLong)), corrupt(at::randint(0, a.config.d_vocab, {3, 7}, at::kLong)) {}
  const TransformerConfig& config() const { return architecture.config; }
  std::shared_ptr<Ablation> ablation(const PatchGraph& graph) const {
    return std::make_shared<Ablation>(plain_forward(config(), weights, corrupt, graph).sources);
  }
};

struct GraphKind {
  std::string name;
  bool separate, factorized, by_token, ungrouped;
};

std::vector<GraphKind> graph_kinds(const TransformerConfig& c) {
  std::vector<GraphKind> kinds{{"edges", true, true, false, false}, {"edges by token", true, true, true, false},
                               {"nodes", true, false, false, false}, {"nodes by token", true, false, true, false}};
  if (c.heads == c.kv_heads) kinds.push_back({"shared inputs", false, true, false, false});
  else kinds.push_back({"ungrouped", true, true, false, true});
  return kinds;
}

PatchGraph graph_of(const Setting& s, const GraphKind& kind) {
  return make_graph(s.config(), kind.by_token ? 7 : 0, kind.separate, kind.factorized, kind.ungrouped);
}

// Where the engine is tested: by the CPU's kernels, by LibTorch's operators on another device, and by the CUDA library's kernels,
// which the pretend device runs on the host.
struct Place {
  std::string name;
  at::Device device;
  bool kernels;
};

void at_each_place(const std::function<void(const Place&)>& body) {
  for (const Place& place : {Place{"cpu", at::kCPU, false}, {"another device", pretend_device(), false},
                             {"another device with kernels", pretend_device(), true}}) {
    const std::optional<WithKernels> kernels = place.kernels ? std::make_optional<WithKernels>() : std::nullopt;
    body(place);
  }
}

void for_each_case(const std::function<void(const Setting&, const GraphKind&, const std::string&)>& body) {
  for (const Architecture& a : architectures()) {
    at_each_place([&](const Place& place) {
      at::manual_seed(3);
      const Setting setting(a, place.device);
      for (const GraphKind& kind : graph_kinds(a.config)) body(setting, kind, a.name + ", " + kind.name + ", " + place.name);
    });
  }
}

at::Tensor values(const Ablation& ablation) { return ablation.sources().to(at::kCPU); }

ForwardRequest request_for(const Setting& s, const PatchGraph& graph, const at::Tensor& mask, std::shared_ptr<Ablation> ablation) {
  ForwardRequest request;
  request.tokens = s.clean;
  request.patch = Patch{std::make_shared<PatchGraph>(graph), mask, std::move(ablation)};
  return request;
}

}  // namespace

TEST("plain forward and sources equal the network written out") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const PlainResult expected = plain_forward(s.config(), s.weights, s.clean, graph);
    ForwardRequest request;
    request.tokens = s.clean;
    request.graph = std::make_shared<PatchGraph>(graph);
    request.want_sources = true;
    const ForwardResult got = s.model.forward(request);
    CHECK_MESSAGE(close(got.logits, expected.logits), name);
    CHECK_MESSAGE(close(got.sources, expected.sources), name + ": sources");
    request.want_sources = false;
    request.positions = std::vector<int64_t>{6, 2};
    CHECK_MESSAGE(close(s.model.forward(request).logits, expected.logits.index_select(1, at::tensor({6, 2}))), name + ": positions");
  });
}

TEST("every kind of mask gives the logits of inputs built one by one") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count)) {
        const at::Tensor expected = plain_forward(s.config(), s.weights, s.clean, graph, mask, values(*ablation)).logits;
        ForwardRequest request = request_for(s, graph, mask, ablation);
        const std::string what = name + ", mask " + mask_name + " x" + std::to_string(count);
        CHECK_MESSAGE(close(s.model.forward(request).logits, expected), what);
        request.positions = std::vector<int64_t>{6};
        CHECK_MESSAGE(close(s.model.forward(request).logits, expected.narrow(1, 6, 1)), what + ", last position");
      }
  });
}

TEST("an ablation that all examples share, and one of zeros") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const at::Tensor mean = values(*s.ablation(graph)).mean(1, true);
    for (const at::Tensor& sources : {mean, at::zeros_like(mean)})
      for (const auto& [mask_name, mask] : masks(graph.edges)) {
        const at::Tensor expected = plain_forward(s.config(), s.weights, s.clean, graph, mask, sources.expand({-1, 3, -1, -1})).logits;
        ForwardRequest request = request_for(s, graph, mask, std::make_shared<Ablation>(sources));
        CHECK_MESSAGE(close(s.model.forward(request).logits, expected), name + ", mask " + mask_name);
      }
  });
}

TEST("a kept run is a starting point that changes nothing, for one mask and for several") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    ForwardRequest keep;
    keep.tokens = s.clean;
    keep.want_run = true;
    const std::shared_ptr<PlainRun> run = s.model.forward(keep).run;
    for (const DestinationGroup& group : graph.groups) {
      const int64_t cells = group.heads * group.sources * std::max<int64_t>(1, graph.tokens);
      at::Tensor mask = at::zeros({4, graph.edges}, at::kDouble);
      mask.narrow(1, group.offset, graph.edges - group.offset).copy_((at::rand({4, graph.edges - group.offset}) < 0.6).to(at::kDouble));
      mask.narrow(1, group.offset, cells).select(0, 1).fill_(1);
      // In every other layer one head alone: the others are then those of the kept run.
      if (group.layer % 2 == 0 && group.heads > 1)
        mask.narrow(1, group.offset, cells).unflatten(1, {-1, group.heads, group.sources}).narrow(2, 0, group.heads - 1).fill_(0);
      if (group.layer % 2 == 0 && group.heads > 1)
        for (const DestinationGroup& other : graph.groups)
          if (other.layer == group.layer && other.heads > 1 && other.offset > group.offset)
            mask.narrow(1, other.offset, other.heads * other.sources * std::max<int64_t>(1, graph.tokens)).fill_(0);
      const at::Tensor repeated = s.clean.repeat({4, 1});
      const at::Tensor expected = plain_forward(s.config(), s.weights, repeated, graph, mask, values(*ablation).repeat({1, 4, 1, 1})).logits;
      ForwardRequest request = request_for(s, graph, mask, ablation);
      request.from = run;
      CHECK_MESSAGE(close(s.model.forward(request).logits, expected), name + ", 4 masks");
      request.positions = std::vector<int64_t>{6};
      CHECK_MESSAGE(close(s.model.forward(request).logits, expected.narrow(1, 6, 1)), name + ", 4 masks, last position");
      request.patch->mask = mask[0];
      CHECK_MESSAGE(close(s.model.forward(request).logits, expected.narrow(1, 6, 1).narrow(0, 0, 3)), name + ", 1 mask");
    }
  });
}

// As a search does: one destination after the other, the last ones first, a row changed at a time. Whatever passes before
// left in the kept run, each pass gives what it gives without one.
TEST("a walk of masks from one kept run gives what each mask gives from the start") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    ForwardRequest keep;
    keep.tokens = s.clean;
    keep.want_run = true;
    const std::shared_ptr<PlainRun> run = s.model.forward(keep).run;
    at::Tensor decided = at::zeros({graph.edges}, at::kDouble);
    for (auto group = graph.groups.rbegin(); group != graph.groups.rend(); ++group) {
      const int64_t cells = group->heads * group->sources * std::max<int64_t>(1, graph.tokens);
      for (int64_t step = 0; step < 3; step++) {
        at::Tensor mask = decided.repeat({2, 1});
        const int64_t first = group->offset + cells * step / 3, count = std::max<int64_t>(1, cells / 3);
        mask.narrow(1, first, count).copy_((at::rand({2, count}) < 0.5).to(at::kDouble));
        const at::Tensor fresh = s.model.forward(request_for(s, graph, mask[1], ablation)).logits;
        ForwardRequest request = request_for(s, graph, mask, ablation);
        request.from = run;
        CHECK_MESSAGE(close(s.model.forward(request).logits.narrow(0, 3, 3), fresh), name + ", two masks");
        request.positions = std::vector<int64_t>{2, 6};
        const at::Tensor wanted = at::stack({fresh.select(1, 2), fresh.select(1, 6)}, 1);
        CHECK_MESSAGE(close(s.model.forward(request).logits.narrow(0, 3, 3), wanted), name + ", two positions");
        request.patch->mask = mask[1];
        CHECK_MESSAGE(close(s.model.forward(request).logits, wanted), name + ", one mask");
        decided = mask[step % 2];
      }
    }
  });
}

// What a GPU repeats without launching it again. Nothing waits for the device but who reads the result.
TEST("a recorded pass gives for every mask what a fresh one gives") {
  set_recorder(at::kPrivateUse1, [](int, const std::function<void()>& work) { return record_on_pretend_device(work); });
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    ForwardRequest keep;
    keep.tokens = s.clean;
    keep.want_run = true;
    std::shared_ptr<PlainRun> run = s.model.forward(keep).run;
    ForwardRequest plain;
    plain.tokens = s.clean;
    plain.positions = std::vector<int64_t>{1, 6};
    const at::Tensor logits = s.model.forward(plain).logits.flatten(0, 1);
    const Reference reference{logits, at::softmax(logits, -1)};
    for (const int64_t masks : {1, 3})
      for (const size_t first : {size_t{0}, graph.groups.size() / 2, graph.groups.size() - 1}) {
        const int64_t offset = graph.groups[first].offset;
        ForwardRequest request;
        request.tokens = s.clean;
        request.positions = plain.positions;
        request.reference = reference;
        request.patch = Patch{std::make_shared<PatchGraph>(graph), {}, ablation};
        request.from = run;
        const RecordingCounts before = recording_counts();
        int64_t waited = 0;
        for (const double share : {0.5, 0.1, 0.9, 0.02, 1.0, 0.4}) {
          at::Tensor mask = at::zeros({masks, graph.edges}, at::kDouble);
          mask.narrow(1, offset, graph.edges - offset).copy_((at::rand({masks, graph.edges - offset}) < share).to(at::kDouble));
          mask.select(1, offset).fill_(1);
          request.patch->mask = mask;
          const int64_t waits = times_waited();
          const ForwardResult got = s.model.forward(request);
          waited = times_waited() - waits;
          ForwardRequest fresh = request;
          fresh.from = nullptr;
          fresh.tokens = s.clean.repeat({masks, 1});
          const ForwardResult expected = s.model.forward(fresh);
          CHECK_MESSAGE(close(got.logits, expected.logits), name);
          CHECK_MESSAGE(close(got.divergences, expected.divergences), name + ", divergences");
        }
        const bool records = recorder(s.model.weights().options.device().type()) != nullptr;
        CHECK_MESSAGE(recording_counts().failed == before.failed, recording_counts().failure);
        CHECK_EQUAL(recording_counts().recorded - before.recorded, records ? 1 : 0);
        CHECK_EQUAL(recording_counts().replayed - before.replayed, records ? 4 : 0);
        if (records) CHECK_EQUAL(waited, 0);
      }
    std::weak_ptr<PlainRun> released = run;
    run.reset();
    CHECK_MESSAGE(released.expired(), name + ", the run outlives who keeps it");
  });
  set_recorder(at::kPrivateUse1, nullptr);
}

TEST("divergences are those of the logits, and 0 where runs agree") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor mask = (at::rand({2, graph.edges}) < 0.3).to(at::kDouble) * at::tensor({0.0, 1.0}, at::kDouble).view({2, 1});
    ForwardRequest plain;
    plain.tokens = s.clean;
    plain.positions = std::vector<int64_t>{1, 5, 6};
    const at::Tensor reference = s.model.forward(plain).logits.to(at::kCPU).flatten(0, 1), logprobs = at::log_softmax(reference, -1);
    ForwardRequest request = request_for(s, graph, mask, ablation);
    request.tokens = s.clean.repeat({2, 1});
    request.positions = plain.positions;
    request.reference = Reference{reference, logprobs.exp()};
    const ForwardResult result = s.model.forward(request);
    const at::Tensor outputs = at::log_softmax(result.logits.to(at::kCPU), -1).view({2, 3 * 3, -1});
    const at::Tensor expected = (logprobs.exp() * (logprobs - outputs)).sum(-1).view({6, 3});
    CHECK_MESSAGE(at::allclose(result.divergences.to(at::kCPU), expected, 1e-9, 1e-12), name);
    CHECK_MESSAGE(result.divergences.narrow(0, 0, 3).abs().max().item<double>() < 1e-14, name + ", nothing patched");
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
    const at::Tensor partly = divergences(broken, weight, bias, config.final_softcap, reference.to(at::kFloat), reference.exp().to(at::kFloat));
    CHECK(at::isnan(partly).sum().item<int64_t>() == 1 && at::isnan(partly[4]).item<bool>());
  }
}

TEST("the mask's gradient is that of the network written out") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor direction = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble);
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count))
        for (const bool last : {false, true}) {
          const auto loss = [&](const at::Tensor& logits, const at::Tensor& weights) { return (logits.to(at::kCPU) * weights).sum(); };
          const at::Tensor weights = last ? direction.narrow(1, 6, 1) : direction;
          const at::Tensor plain_mask = mask.clone().requires_grad_();
          const at::Tensor plain = plain_forward(s.config(), s.weights, s.clean, graph, plain_mask, values(*ablation)).logits;
          const at::Tensor expected = torch::autograd::grad({loss(last ? plain.narrow(1, 6, 1) : plain, weights)}, {plain_mask})[0];
          const at::Tensor leaf = mask.clone().requires_grad_();
          ForwardRequest request = request_for(s, graph, leaf, ablation);
          if (last) request.positions = std::vector<int64_t>{6};
          const at::Tensor got = torch::autograd::grad({loss(s.model.forward(request).logits, weights)}, {leaf})[0];
          CHECK_MESSAGE(close(got, expected),
                        name + ", mask " + mask_name + " x" + std::to_string(count) + (last ? ", last position" : ""));
        }
  });
}

// Rounding to 8 or 11 bits at every step of three layers: a few of those units of the whole. (Without norms attention
// scores grow to thousands here, where narrow types have no digits left.)
TEST("in narrower number types logits, divergences and gradients are those of float64, rounded") {
  for (const Architecture& a : architectures())
    at_each_place([&](const Place& place) {
      for (const auto& [type, tolerance] : {std::pair{at::kBFloat16, 0.06}, {at::kHalf, 0.008}, {at::kFloat, 1e-5}}) {
        if (a.config.norm == NormKind::none) continue;
        at::manual_seed(3);
        const Setting s(a, place.device);
        const std::string name = a.name + ", " + place.name + ", " + c10::toString(type);
        const Transformer narrow(a.config, s.weights, {place.device, type, false});
        const PatchGraph graph = make_graph(a.config, 0);
        const at::Tensor mask = at::rand({graph.edges}, at::kDouble), direction = at::randn({3, 7, a.config.d_vocab_out}, at::kDouble);
        const auto run = [&](const Transformer& model) {
          const at::Tensor leaf = mask.clone().requires_grad_();
          ForwardRequest request = request_for(s, graph, leaf, s.ablation(graph));
          const at::Tensor logits = model.forward(request).logits.to(at::kCPU, at::kDouble);
          return std::pair{logits.detach(), torch::autograd::grad({(logits * direction).sum()}, {leaf})[0]};
        };
        const auto near = [&, limit = tolerance](const at::Tensor& x, const at::Tensor& exact) {
          const double error = (x - exact).norm().item<double>() / exact.norm().item<double>();
          return error <= limit;
        };
        const auto [exact, exact_gradient] = run(s.model);
        const auto [logits, gradient] = run(narrow);
        CHECK_MESSAGE(near(logits, exact), name);
        CHECK_MESSAGE(near(gradient, exact_gradient), name + ", gradient");
        ForwardRequest request = request_for(s, graph, mask, s.ablation(graph));
        request.reference = Reference{exact.flatten(0, 1), at::softmax(exact, -1).flatten(0, 1)};
        const at::Tensor divergences = narrow.forward(request).divergences;
        CHECK_MESSAGE(divergences.abs().max().item<double>() < 4 * tolerance * tolerance, name + ", divergences");
      }
    });
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
    prefix.want_prefix = true;
    ForwardRequest rest;
    rest.tokens = whole.tokens.narrow(1, 3, 4);
    rest.prefix = s.model.forward(prefix).prefix;
    CHECK_MESSAGE(close(s.model.forward(rest).logits, expected.narrow(1, 3, 4)), a.name + ": prefix");
    ForwardRequest padded;
    padded.tokens = at::cat({at::zeros({3, 2}, at::kLong), whole.tokens}, 1);
    padded.padding = at::tensor({2, 2, 2}, at::kLong);
    CHECK_MESSAGE(close(s.model.forward(padded).logits.narrow(1, 2, 7), expected), a.name + ": padding");
  }
}

TEST("wrong requests and weights say what is wrong") {
  const Setting s(architectures()[0]);
  ForwardRequest request;
  request.tokens = at::full({2, 3}, 11, at::kLong);
  CHECK(message_of([&] { s.model.forward(request); }).find("token id 11 (prompt 0, position 0)") != std::string::npos);
  request.tokens = at::zeros({2, 13}, at::kLong);
  CHECK(message_of([&] { s.model.forward(request); }).find("13 positions") != std::string::npos);
  const PatchGraph graph = make_graph(s.config(), 0);
  ForwardRequest patched = request_for(s, graph, at::zeros({graph.edges + 1}), s.ablation(graph));
  CHECK(message_of([&] { s.model.forward(patched); }).find("edges") != std::string::npos);
  NamedWeights weights = s.weights;
  weights["blocks.1.attn.W_Q"] = weights["blocks.1.attn.W_Q"].index_fill(0, at::tensor({0}, at::kLong), std::numeric_limits<double>::quiet_NaN());
  CHECK(message_of([&] { Transformer(s.config(), weights); }).find("blocks.1.attn.W_Q") != std::string::npos);
  weights = s.weights;
  weights.erase("ln_final.w");
  weights["ln_fnal.w"] = at::ones({20}, at::kDouble);
  CHECK(message_of([&] { Transformer(s.config(), weights); }).find("ln_fnal.w") != std::string::npos);
}

}  // namespace autocircuit::test
