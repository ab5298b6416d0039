#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/plain_transformer.h"
#include "engine/transformer.h"

// What the engine is tested on: architectures, graphs and masks that reach every path, at every place where it runs.
namespace autocircuit::test {

struct Architecture {
  std::string name;
  TransformerConfig config;
};

std::vector<Architecture> architectures();

// Masks that reach every path: nothing, everything, a few edges, all but a few, fractions, and mixtures of rows.
std::vector<std::pair<std::string, at::Tensor>> masks(int64_t edges, int64_t count = 1);

// To 1e-9 of the largest value: float64 rounding through three layers stays far below that.
bool close(const at::Tensor& given, const at::Tensor& expected);

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

std::vector<GraphKind> graph_kinds(const TransformerConfig& c);
PatchGraph graph_of(const Setting& s, const GraphKind& kind);

// Where the engine is tested: by the CPU's kernels, by LibTorch's operators on another device, and by the CUDA library's kernels,
// which the pretend device runs on the host.
struct Place {
  std::string name;
  at::Device device;
  bool kernels;
};

void at_each_place(const std::function<void(const Place&)>& body);

// Every architecture and graph at every place, with a name that says which.
void for_each_case(const std::function<void(const Setting&, const GraphKind&, const std::string&)>& body);

// An ablation's values on the host.
at::Tensor values(const Ablation& ablation);

ForwardRequest request_for(const Setting& s, const PatchGraph& graph, const at::Tensor& mask, std::shared_ptr<Ablation> ablation);

}  // namespace autocircuit::test
