#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <memory>
#include <string>
#include <tuple>

#include "check.h"
#include "devices/recorder.h"
#include "engine/cases.h"
#include "pretend_device/pretend_device.h"

// Norms before and behind attention and MLP, as Gemma 2 has them: the one behind attention makes another output bias in each run.
namespace autocircuit::test {
namespace {

Architecture rms_normed() {
  for (const Architecture& a : architectures())
    if (a.config.pre_norm && a.config.norm == NormKind::rms_norm) return a;
  throw Failure("no architecture with root mean square norms");
}

NamedWeights with_post_norms(NamedWeights weights, const TransformerConfig& config, at::ScalarType type, bool with_bias) {
  for (int64_t block = 0; block < config.layers; block++) {
    const std::string name = "blocks." + std::to_string(block) + ".";
    for (const char* norm : {"ln1_post.w", "ln2_post.w"})
      weights[name + norm] = (at::randn({config.d_model}, at::kDouble) * 0.2 + 1).to(type).to(at::kDouble);
    if (!with_bias) weights.erase(name + "attn.b_O");
  }
  return weights;
}

void for_each_setting(const CaseBody& body) {
  for (const auto& [shape, with_bias, parallel] :
       {std::tuple{"", false, false}, std::tuple{"with a bias, ", true, false}, std::tuple{"parallel, with a bias, ", true, true}})
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
      if (!in_this_part()) continue;
      Architecture a = rms_normed();
      a.config.parallel = parallel;
      const auto made = std::make_shared<MadeOnce>();
      at_each_place([&, with = with_bias, name = std::string(shape)](const Place& place) {
        at::manual_seed(3);
        Setting setting(a, with_post_norms(weights_in(type, a.config), a.config, type, with), place.device, type);
        setting.made = made;
        for (const GraphKind& kind : graph_kinds(a.config))
          body(setting, kind, name + place.name + ", " + c10::toString(type) + ", " + kind.name);
      });
    }
}

std::shared_ptr<KeptRun> kept_run(const Setting& s) {
  ForwardRequest request;
  request.tokens = s.clean;
  request.keep_run = true;
  return s.model.forward(request).run;
}

}  // namespace

TEST_IN_PARTS("norms before and behind attention: every kind of mask gives the logits and gradients of inputs built one by one", 3) {
  for_each_setting([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    const at::Tensor direction = at::randn({3, 7, s.config().d_vocab_out}, at::kDouble);
    for (const int64_t count : {1, 3})
      for (const auto& [mask_name, mask] : masks(graph.edges, count)) {
        const std::string which = ", mask " + mask_name + " x" + std::to_string(count);
        const auto& expected = s.made->get(kind.name + which, {mask, direction}, [&, leaf = mask.clone().requires_grad_()] {
          const at::Tensor logits = plain_forward(s.config(), s.weights, s.clean, graph, leaf, values(*ablation)).logits;
          return std::vector{logits.detach(), torch::autograd::grad({(logits * direction).sum()}, {leaf})[0]};
        });
        CHECK_MESSAGE(close(s, s.model.forward(request_for(s, graph, mask, ablation)).logits, expected[0]), name + which);
        const at::Tensor leaf = mask.clone().requires_grad_();
        const at::Tensor logits = s.model.forward(request_for(s, graph, leaf, ablation)).logits.to(at::kCPU);
        CHECK_MESSAGE(close(s, logits, expected[0]), name + which + ", recording gradients");
        CHECK_MESSAGE(close(s, torch::autograd::grad({(logits * direction).sum()}, {leaf})[0], expected[1], 2), name + which);
      }
  });
}

TEST_IN_PARTS("norms before and behind attention: passes from a kept run and repeated ones give what fresh ones give", 3) {
  set_recorder(at::kPrivateUse1, [](int, const std::function<void()>& work) { return record_on_pretend_device(work); });
  for_each_setting([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const PatchGraph graph = graph_of(s, kind);
    if (!graph.factorized) return;
    const auto ablation = s.ablation(graph);
    const std::shared_ptr<KeptRun> run = kept_run(s);
    for (int repetition = 0; repetition < 3; repetition++)
      for (const auto& [mask_name, mask] : masks(graph.edges)) {
        ForwardRequest request = request_for(s, graph, mask, ablation);
        const at::Tensor fresh = s.model.forward(request).logits;
        request.from = run;
        CHECK_MESSAGE(close(s, s.model.forward(request).logits, fresh), name + ", mask " + mask_name);
      }
  });
  set_recorder(at::kPrivateUse1, nullptr);
}

}  // namespace autocircuit::test
