#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "check.h"
#include "engine/cases.h"

// Passes that begin with a given output of the first source, in the place of the embedding.
namespace autocircuit::test {
namespace {

// Shares of the edges that leave the first source, and nothing of all others.
at::Tensor share_of_start(const PatchGraph& graph, double share) {
  const at::Tensor mask = at::zeros({graph.edges}, at::kDouble);
  for (const PatchGroup& group : graph.groups) {
    if (group.first_source > 0) continue;
    const int64_t cells = std::max<int64_t>(graph.seq_len, 1) * group.heads;
    mask.narrow(0, group.offset, cells * group.sources).view({cells, group.sources}).select(1, 0).fill_(share);
  }
  return mask;
}

}  // namespace

TEST("tokens do not matter where their embedding is given") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    ForwardRequest own;
    own.tokens = s.clean;
    own.graph = std::make_shared<PatchGraph>(graph);
    own.want_source_outputs = true;
    const ForwardResult expected = s.model.forward(own);
    ForwardRequest given = own;
    given.tokens = s.corrupt;
    given.start = expected.source_outputs[0];
    const ForwardResult got = s.model.forward(given);
    CHECK_MESSAGE(got.logits.equal(expected.logits), name);
    CHECK_MESSAGE(got.source_outputs.equal(expected.source_outputs), name + ": sources");
    for (const auto& [mask_name, mask] : masks(graph.edges)) {
      if (mask_name != "none" && mask_name != "half") continue;
      const auto gradient = [&](const at::Tensor& tokens, const at::Tensor& start) {
        const at::Tensor leaf = mask.clone().requires_grad_();
        ForwardRequest request = request_for(s, graph, leaf, ablation);
        request.tokens = tokens;
        request.start = start;
        return torch::autograd::grad({s.model.forward(request).logits.square().sum()}, {leaf})[0];
      };
      CHECK_MESSAGE(gradient(s.corrupt, given.start).equal(gradient(s.clean, {})), name + ": gradient, mask " + mask_name);
    }
  });
}

TEST("a start between two embeddings gives what a mask of all its edges gives") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (!graph_of(s, kind).factorized) return;  // there each reader replaces the stream for those behind it
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor clean = plain_forward(s.config(), s.weights, s.clean, graph).source_outputs[0];
    const at::Tensor expected = plain_forward(s.config(), s.weights, s.clean, graph, share_of_start(graph, 0.25), values(*ablation)).logits;
    ForwardRequest request;
    request.tokens = s.clean;
    request.start = clean + (values(*ablation)[0] - clean) * 0.25;
    CHECK_MESSAGE(close(s, s.model.forward(request).logits, expected), name);
    // One for all prompts.
    request.start = request.start.narrow(0, 1, 1);
    const at::Tensor shared = s.model.forward(request).logits;
    request.start = request.start.expand({3, -1, -1});
    CHECK_MESSAGE(shared.equal(s.model.forward(request).logits), name + ": one for all");
  });
}

TEST("a start of another shape, or beside a kept run, is refused") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const PatchGraph graph = graph_of(s, graph_kinds(s.config())[0]);
  const auto refused = [&](ForwardRequest request, const at::Tensor& start) {
    request.tokens = s.clean;
    request.start = start;
    return message_of([&] { s.model.forward(request); });
  };
  const std::string shape = "start must be floating point [3 or 1, 7, 20]";
  for (const at::Tensor& wrong :
       {at::zeros({7, 20}), at::zeros({2, 7, 20}), at::zeros({3, 6, 20}), at::zeros({3, 7, 19}), at::zeros({3, 7, 20}, at::kLong)})
    CHECK(refused({}, wrong).find(shape) != std::string::npos);
  ForwardRequest keeps;
  keeps.tokens = s.clean;
  keeps.keep_run = true;
  CHECK(refused(keeps, at::zeros({3, 7, 20})).find("cannot be kept") != std::string::npos);
  ForwardRequest from = request_for(s, graph, masks(graph.edges)[2].second, s.ablation(graph));
  from.from = s.model.forward(keeps).run;
  CHECK(refused(from, at::zeros({3, 7, 20})).find("cannot be kept") != std::string::npos);
}

}  // namespace autocircuit::test
