#include "engine/cases.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

#include "check.h"
#include "engine/bounds.h"
#include "gpu.h"
#include "pretend_device/pretend_device.h"

namespace autocircuit::test {
namespace {

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
  c.norm = NormKind::layer_norm;
  c.attn_scale = 2.4;
  return c;
}

}  // namespace

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
    c.norm = NormKind::rms_norm;
    c.kv_heads = 2;
    c.gated = true;
    c.activation = Activation::silu;
    c.qk_norm = QkNorm::head;
    rotary(c, 6, true);
  });
  add("gemma-like: norms after, soft caps, windows", [&](TransformerConfig& c) {
    c.norm = NormKind::rms_norm;
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

std::vector<std::pair<std::string, at::Tensor>> masks(int64_t edges, int64_t count) {
  const auto random = [&] { return at::rand({count, edges}, at::kDouble); };
  const auto few = [&](double share) { return (random() < share).to(at::kDouble); };
  std::vector<std::pair<std::string, at::Tensor>> all{
      {"none", at::zeros({count, edges}, at::kDouble)},
      {"all", at::ones({count, edges}, at::kDouble)},
      {"few", few(0.03)},
      {"half", few(0.5)},
      {"most", few(0.97)},
      {"fractions", random()},
      {"blocks", (at::arange(edges).div(7, "floor") % 3 == 0).to(at::kDouble).expand({count, edges}).clone()}};
  if (count == 1)
    for (auto& [name, mask] : all) mask = mask[0];
  return all;
}

NamedWeights weights_in(at::ScalarType type, const TransformerConfig& config) {
  NamedWeights weights = random_weights(config);
  for (auto& [name, weight] : weights) weight = weight.to(type).to(at::kDouble);
  return weights;
}

at::Tensor plain_logits(const Setting& s, const std::string& what, const PatchGraph& graph, const at::Tensor& mask,
                        const at::Tensor& ablated) {
  return s.made->get(what, {mask, ablated},
                     [&] { return std::vector{plain_forward(s.config(), s.weights, s.clean, graph, mask, ablated).logits}; })[0];
}

namespace {

std::map<std::pair<std::string, at::ScalarType>, double>& largest_errors() {
  static std::map<std::pair<std::string, at::ScalarType>, double> errors;
  return errors;
}

bool within(const Setting& s, double error, double bound) {
  double& largest = largest_errors()[{running_test(), s.type}];
  if (!(error <= largest)) largest = error;
  return error <= bound;
}

}  // namespace

bool close(const Setting& s, const at::Tensor& given, const at::Tensor& expected, int64_t sweeps) {
  const at::Tensor a = given.to(at::kCPU, at::kDouble), b = expected.to(at::kCPU, at::kDouble);
  const double size = b.norm().item<double>(), distance = (a - b).norm().item<double>();
  return within(s, distance / std::max(size, std::sqrt(static_cast<double>(b.numel()))) / static_cast<double>(sweeps),
                bound_of(s.type, s.config().layers));
}

bool close_divergences(const Setting& s, const at::Tensor& given, const at::Tensor& expected, const at::Tensor& logits) {
  const at::Tensor a = given.to(at::kCPU, at::kDouble), b = expected.to(at::kCPU, at::kDouble);
  const double largest = logits.to(at::kCPU, at::kDouble).abs().max().item<double>();
  return within(s, (a - b).abs().max().item<double>() / (2 * largest), bound_of(s.type, s.config().layers));
}

void print_largest_errors() {
  for (const auto& [of, error] : largest_errors())
    std::printf("%-9s %.2e (%5.2f of its bound)  %s\n", c10::toString(of.second), error, error / bound_of(of.second, base().layers),
                of.first.c_str());
}

std::vector<GraphKind> graph_kinds(const TransformerConfig& c) {
  std::vector<GraphKind> kinds{{"edges", true, true, false, false},
                               {"edges by token", true, true, true, false},
                               {"nodes", true, false, false, false},
                               {"nodes by token", true, false, true, false}};
  if (c.heads == c.kv_heads) kinds.push_back({"shared inputs", false, true, false, false});
  else kinds.push_back({"ungrouped", true, true, false, true});
  return kinds;
}

PatchGraph graph_of(const Setting& s, const GraphKind& kind) {
  return make_graph(s.config(), kind.by_token ? 7 : 0, kind.separate, kind.factorized, kind.ungrouped);
}

void at_each_place(const std::function<void(const Place&)>& body) {
  if (gpu()) return body({gpu_has_kernels() ? "a GPU with kernels" : "a GPU", *gpu(), false});
  for (const Place& place : {Place{"cpu", at::kCPU, false},
                             {"another device", pretend_device(), false},
                             {"another device with kernels", pretend_device(), true}}) {
    const std::optional<WithKernels> kernels = place.kernels ? std::make_optional<WithKernels>() : std::nullopt;
    body(place);
  }
}

void for_each_case(const std::vector<Architecture>& of, const CaseBody& body) {
  for (const Architecture& a : of)
    for (const Bound& bound : kBounds) {
      if (!in_this_part()) continue;
      const auto made = std::make_shared<MadeOnce>();
      at_each_place([&](const Place& place) {
        // LibTorch's operators alone ask only whether a type is narrow.
        const bool alone = place.device == pretend_device() && !place.kernels;
        if (alone && bound.type != at::kDouble && bound.type != at::kHalf) return;
        at::manual_seed(3);
        Setting setting(a, place.device, bound.type);
        setting.made = made;
        for (const GraphKind& kind : graph_kinds(a.config)) {
          // Nodes by token, and edges alone, take no path of their own: other types leave them out, for the time they take.
          if (bound.type != at::kDouble && (kind.name == "edges" || kind.name == "nodes by token")) continue;
          body(setting, kind, a.name + ", " + kind.name + ", " + place.name + ", " + c10::toString(bound.type));
        }
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

}  // namespace autocircuit::test
