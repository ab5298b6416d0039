#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/made_once.h"
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

// Random weights that a number type holds exactly, so that a network in it and one in float64 have the same.
NamedWeights weights_in(at::ScalarType type, const TransformerConfig& config);

struct Setting {
  Architecture architecture;
  at::ScalarType type;  // what the model computes in; what it is compared with is float64
  NamedWeights weights;
  Transformer model;
  at::Tensor clean, corrupt;
  std::shared_ptr<MadeOnce> made = std::make_shared<MadeOnce>();  // of these weights and tokens, for this and for other places
  explicit Setting(const Architecture& a, const at::Device& device = at::kCPU, at::ScalarType dtype = at::kDouble)
      : Setting(a, weights_in(dtype, a.config), device, dtype) {}
  Setting(const Architecture& a, NamedWeights of, const at::Device& device, at::ScalarType dtype)
      : architecture(a), type(dtype), weights(std::move(of)), model(a.config, weights, {device, dtype, false}),
        clean(at::randint(0, a.config.d_vocab, {3, 7}, at::kLong)), corrupt(at::randint(0, a.config.d_vocab, {3, 7}, at::kLong)) {}
  const TransformerConfig& config() const { return architecture.config; }
  std::shared_ptr<Ablation> ablation(const PatchGraph& graph) const {
    return std::make_shared<Ablation>(plain_forward(config(), weights, corrupt, graph).source_outputs);
  }
};

// The logits of the network written out for the clean tokens under a mask, of which `what` tells of everything else than its setting.
at::Tensor plain_logits(const Setting& s, const std::string& what, const PatchGraph& graph, const at::Tensor& mask,
                        const at::Tensor& ablated);

// Whether the distance of all numbers from the right ones is within `bound_of` of their size (both by the root of the sum of squares), or
// of numbers of size 1 where they are smaller: some gradients are 0 but for rounding.
// A number that is none is never close. A gradient has gone through all blocks in two `sweeps`, and was rounded in both.
bool close(const Setting& s, const at::Tensor& given, const at::Tensor& expected, int64_t sweeps = 1);
// Divergences move by no more than twice what the logits they are made of do.
bool close_divergences(const Setting& s, const at::Tensor& given, const at::Tensor& expected, const at::Tensor& logits);

// The largest distance that `close` has seen, by test and number type, for people.
void print_largest_errors();

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

// Every architecture and graph in every number type at every place, with a name that says which.
using CaseBody = std::function<void(const Setting&, const GraphKind&, const std::string&)>;
void for_each_case(const std::vector<Architecture>& of, const CaseBody& body);
inline void for_each_case(const CaseBody& body) { for_each_case(architectures(), body); }

// An ablation's values on the host.
at::Tensor values(const Ablation& ablation);

ForwardRequest request_for(const Setting& s, const PatchGraph& graph, const at::Tensor& mask, std::shared_ptr<Ablation> ablation);

}  // namespace autocircuit::test
