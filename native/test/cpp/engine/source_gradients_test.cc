#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>
#include <vector>

#include "check.h"
#include "engine/cases.h"
#include "engine/plain_latents.h"

// Gradients of what every source writes: of graphs of nodes also those of the stream where it is a source.
namespace autocircuit::test {
namespace {

// The outputs of all sources in the network written out, and the gradient of `weights . logits` by each of them [S, B, P, D].
at::Tensor written_out(const Setting& s, const PatchGraph& graph, const at::Tensor& mask, const at::Tensor& ablated,
                       const std::vector<int64_t>& positions, const at::Tensor& weights) {
  NamedWeights recording = s.weights;
  recording["embed.W_E"] = s.weights.at("embed.W_E").clone().requires_grad_();
  const PlainLatents plain = plain_forward(s.config(), recording, {}, s.clean, graph, mask, ablated.unbind());
  const at::Tensor loss = (plain.logits.index_select(1, at::tensor(positions)) * weights).sum();
  const auto found = torch::autograd::grad({loss}, plain.source_outputs, {}, std::nullopt, false, /*allow_unused=*/true);
  std::vector<at::Tensor> rows;
  for (size_t source = 0; source < found.size(); source++)
    rows.push_back(found[source].defined() ? found[source] : at::zeros_like(plain.source_outputs[source]));
  return at::stack(rows);
}

at::Tensor by_engine(const Setting& s, ForwardRequest request, const at::Tensor& weights) {
  const at::Tensor leaf = at::zeros_like(values(*request.patch->ablation)).requires_grad_();
  request.patch->mask = request.patch->mask.clone().requires_grad_();
  request.patch->outputs_leaf = leaf;
  const at::Tensor loss = (s.model.forward(request).logits.to(at::kCPU) * weights).sum();
  return torch::autograd::grad({loss}, {leaf})[0];
}

}  // namespace

TEST_IN_PARTS("the gradient of every source's output is that of the network written out", 7) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    // What narrow types lose by many patched edges, and the jumps of a ReLU's slope, the mask's gradients are tested on.
    if (s.type != at::kDouble && s.config().activation == Activation::relu) return;
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    for (const auto& [mask_name, mask] : masks(graph.edges)) {
      if (s.type != at::kDouble && mask_name != "none" && mask_name != "few") continue;
      for (const std::vector<int64_t>& positions : {std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6}, std::vector<int64_t>{6}}) {
        const at::Tensor weights = at::randn({3, static_cast<int64_t>(positions.size()), s.config().d_vocab_out}, at::kDouble);
        ForwardRequest request = request_for(s, graph, mask, ablation);
        if (positions.size() == 1) request.positions = positions;
        const std::string which = ", mask " + mask_name + (positions.size() == 1 ? ", last position" : "");
        const at::Tensor expected = s.made->get(kind.name + which, {mask, weights}, [&, &drawn = mask] {
          return std::vector{written_out(s, graph, drawn, values(*ablation).to(at::kDouble), positions, weights)};
        })[0];
        CHECK_MESSAGE(close(s, by_engine(s, request, weights), expected, 2), name + which);
      }
    }
  });
}

TEST("the gradient of the stream in a graph of nodes is the slope of the loss where its value moves") {
  at::manual_seed(3);
  for (const Architecture& architecture : architectures()) {
    const Setting s(architecture);
    const PatchGraph graph = make_graph(s.config(), 0, true, false);
    const auto ablation = s.ablation(graph);
    const at::Tensor weights = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble);
    const ForwardRequest plain = request_for(s, graph, at::zeros({graph.edges}, at::kDouble), ablation);
    const at::Tensor gradient = by_engine(s, plain, weights);
    ForwardRequest keeps;
    keeps.tokens = s.clean;
    keeps.graph = std::make_shared<PatchGraph>(graph);
    keeps.want_source_outputs = true;
    const at::Tensor outputs = s.model.forward(keeps).source_outputs;
    const SourceOrder order(s.config(), StreamSources::read_anew);
    for (int64_t block = 0; block < s.config().layers; block++)
      for (const Hook hook : {Hook::resid_mid, Hook::resid_post}) {
        const bool is_mid = hook == Hook::resid_mid;
        if (is_mid ? !order.has_mid() : !order.has_post(block)) continue;
        const int64_t source = is_mid ? order.mid(block) : order.post(block);
        const at::Tensor direction = at::randn_like(outputs[source]);
        const auto loss = [&](double step) {
          ForwardRequest moved;
          moved.tokens = s.clean;
          moved.hooks.replaced = {{{hook, block}, outputs[source] + direction * step}};
          return (s.model.forward(moved).logits * weights).sum().item<double>();
        };
        const double step = 1e-4, slope = (loss(step) - loss(-step)) / (2 * step);
        const double given = (gradient[source] * direction).sum().item<double>();
        CHECK_MESSAGE(std::abs(given - slope) < 1e-5 * gradient[source].norm().item<double>() * direction.norm().item<double>(),
                      architecture.name + ", " + (is_mid ? "mid " : "post ") + std::to_string(block));
      }
  }
}

}  // namespace autocircuit::test
