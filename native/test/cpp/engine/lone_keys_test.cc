#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "check.h"
#include "engine/cases.h"

// A query that sees a single key gives it the pattern 1 whatever both of them are: no edge into such a query, or into a key that only such
// queries see, makes a difference.
namespace autocircuit::test {
namespace {

constexpr int64_t kLength = 7;

struct Case {
  std::string name;
  at::Tensor padding;                    // [B] or undefined
  std::shared_ptr<const Prefix> prefix;  // or null
  std::vector<int64_t> positions;        // that logits are asked for
};

std::vector<int64_t> all_positions() { return {0, 1, 2, 3, 4, 5, 6}; }

// By query the keys that it sees in a block, those of a prefix below 0.
using Seen = std::vector<std::set<int64_t>>;

Seen seen_keys(const TransformerConfig& config, int64_t block, int64_t pads, int64_t prefix) {
  const int64_t window = config.window.empty() ? 0 : config.window[block];
  Seen seen(kLength);
  for (int64_t query = 0; query < kLength; query++)
    for (int64_t key = -prefix; key < kLength; key++) {
      const bool before = !config.causal || (key <= query && (window == 0 || query - key < window));
      if ((before && prefix + key >= pads) || key == query) seen[query].insert(key);
    }
  return seen;
}

// The edges of a graph by token that make no difference to a prompt's logits because of what queries see: [edges].
at::Tensor idle_edges(const TransformerConfig& config, const PatchGraph& graph, const Case& given, int64_t prompt) {
  const int64_t pads = given.padding.defined() ? given.padding[prompt].item<int64_t>() : 0;
  at::Tensor idle = at::zeros({graph.edges}, at::kBool);
  std::set<int64_t> queries(given.positions.begin(), given.positions.end());  // that what is asked for depends on
  for (int64_t block = config.layers - 1; block >= 0; block--) {
    const Seen seen = seen_keys(config, block, pads, given.prefix ? given.prefix->seq_len : 0);
    std::set<int64_t> choosing, chosen;  // queries that see several keys, and these
    for (const int64_t query : queries)
      if (seen[query].size() > 1) {
        choosing.insert(query);
        chosen.insert(seen[query].begin(), seen[query].end());
      }
    for (const PatchGroup& group : graph.groups) {
      if (group.block != block || (group.kind != GroupKind::q && group.kind != GroupKind::k)) continue;
      const std::set<int64_t>& makes_difference = group.kind == GroupKind::q ? choosing : chosen;
      const int64_t cells = group.heads * group.sources;
      for (int64_t token = 0; token < kLength; token++)
        if (makes_difference.count(token) == 0) idle.narrow(0, group.offset + token * cells, cells).fill_(true);
    }
    queries.insert(chosen.lower_bound(0), chosen.end());
  }
  return idle;
}

std::shared_ptr<const Prefix> prefix_of(const Setting& s) {
  ForwardRequest request;
  request.tokens = s.corrupt.narrow(1, 0, 2);
  request.want_keys_values = true;
  return s.model.forward(request).prefix;
}

std::vector<Case> cases(const Setting& s) {
  std::vector<Case> all{{"", {}, nullptr, all_positions()},
                        {", first position", {}, nullptr, {0}},
                        {", last position", {}, nullptr, {6}},
                        {", padding", at::tensor({0, 3, 6}, at::kLong), nullptr, all_positions()},
                        {", padding, last position", at::tensor({0, 3, 6}, at::kLong), nullptr, {6}}};
  if (s.config().causal) all.push_back({", behind a prefix", {}, prefix_of(s), all_positions()});
  return all;
}

// With windows of one key and of two, where blocks before can be told from blocks behind.
std::vector<Architecture> with_windows() {
  std::vector<Architecture> all = architectures();
  for (Architecture a : architectures()) {
    if (!a.config.causal) continue;
    a.name += ", windows from 1 on";
    a.config.window = {1, 2, 1};
    all.push_back(a);
  }
  return all;
}

// Graphs by token whose queries and keys have edges of their own.
std::vector<PatchGraph> graphs(const TransformerConfig& config) {
  std::vector<PatchGraph> all{make_graph(config, kLength)};
  if (config.kv_heads != config.heads) all.push_back(make_graph(config, kLength, true, true, /*ungrouped=*/true));
  return all;
}

ForwardRequest request_of(const Setting& s, const Case& given, const PatchGraph& graph, const at::Tensor& mask,
                          const std::shared_ptr<Ablation>& ablation) {
  ForwardRequest request = request_for(s, graph, mask, ablation);
  request.padding = given.padding;
  request.prefix = given.prefix;
  if (given.positions.size() < kLength) request.positions = given.positions;
  return request;
}

}  // namespace

TEST_IN_PARTS("edges into queries that see a single key have the gradient 0, and not its rounding", 7) {
  for_each_case(with_windows(), [](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (kind.name != "edges by token") return;
    for (const PatchGraph& graph : graphs(s.config())) {
      const auto ablation = s.ablation(graph);
      for (const Case& given : cases(s)) {
        std::vector<at::Tensor> rows;
        for (int64_t prompt = 0; prompt < 3; prompt++) rows.push_back(idle_edges(s.config(), graph, given, prompt));
        const at::Tensor idle = at::stack(rows);
        for (const auto& [mask_name, mask] : masks(graph.edges, 3)) {
          const std::string what = name + given.name + ", mask " + mask_name;
          const at::Tensor leaf = mask.clone().requires_grad_();
          const at::Tensor logits = s.model.forward(request_of(s, given, graph, leaf, ablation)).logits.to(at::kCPU);
          const at::Tensor gradient = torch::autograd::grad({(logits * at::randn_like(logits)).sum()}, {leaf})[0];
          CHECK_MESSAGE(gradient.masked_select(idle).eq(0).all().item<bool>(), what);
          CHECK_MESSAGE(gradient.ne(0).any().item<bool>(), what);
        }
      }
    }
  });
}

}  // namespace autocircuit::test
