#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "engine/latent_cases.h"
#include "engine/plain_latents.h"

// Autoencoders of the residual stream against a network that encodes the stream, decodes it and patches each reader source by source.
namespace autocircuit::test {
namespace {

struct Choice {
  std::string name;
  bool errors;
  std::vector<std::pair<int64_t, AutoencoderInput>> places;
};

// One behind every block; one in the middle, whose error is dropped; two with other autoencoders before, between and behind them.
std::vector<Choice> choices(const TransformerConfig& c) {
  const AutoencoderInput stream = AutoencoderInput::resid_post;
  std::vector<Choice> all{{"everywhere", true, {{0, stream}, {1, stream}, {2, stream}}}, {"one, without error", false, {{1, stream}}}};
  if (c.attn_only) return all;
  all.push_back({"with others",
                 true,
                 {{0, stream},
                  {0, AutoencoderInput::mlp_out},
                  {1, AutoencoderInput::attn_out},
                  {1, AutoencoderInput::mlp_in},
                  {2, stream},
                  {2, AutoencoderInput::mlp_out}}});
  return all;
}

std::vector<GivenAutoencoder> made_of(const Setting& s, const Choice& choice) {
  std::vector<GivenAutoencoder> all;
  for (const auto& [block, input] : choice.places) {
    GivenAutoencoder made = random_autoencoder(s, block, input);
    if (input == AutoencoderInput::resid_post && block == 0) made.threshold = at::rand({made.bias.size(0)}, at::kDouble) * 0.5;
    all.push_back(made);
  }
  return all;
}

// Masks of one row, and one of three that go together over the three prompts.
std::vector<std::pair<std::string, at::Tensor>> all_masks(int64_t edges) {
  std::vector<std::pair<std::string, at::Tensor>> all = masks(edges);
  for (const auto& [name, mask] : masks(edges, 3))
    if (name == "half" || name == "most") all.emplace_back(name + " of each prompt", mask);
  return all;
}

void check_case(const Setting& s, const GraphKind& kind, const Choice& choice, const std::string& name) {
  at::manual_seed(17);
  const std::vector<GivenAutoencoder> given = made_of(s, choice);
  const auto autoencoders = std::make_shared<const Autoencoders>(s.config(), s.model.weights(), choice.errors, given);
  const std::shared_ptr<Transformer> model = s.model.with(autoencoders);
  const PatchGraph graph = graph_with_latents(s, kind, *autoencoders);
  // In the order in which they write.
  std::vector<at::Tensor> ablated = plain_forward(s.config(), s.weights, given, s.corrupt, graph).source_outputs;
  ForwardRequest corrupt;
  corrupt.tokens = s.corrupt;
  corrupt.want_source_outputs = true;
  const auto ablation = std::make_shared<Ablation>(model->forward(corrupt).source_outputs);
  for (const auto& [mask_name, mask] : all_masks(graph.edges)) {
    const std::string which = ", " + choice.name + ", mask " + mask_name;
    const PlainAnswers expected = plain_answers(s, kind.name + which, given, graph, mask, ablated);
    for (const bool last : {false, true}) {
      ForwardRequest request = request_for(s, graph, mask, ablation);
      if (last) request.positions = std::vector<int64_t>{6};
      const at::Tensor wanted = last ? expected.logits.narrow(1, 6, 1) : expected.logits;
      const std::string where = name + which + (last ? ", last position" : "");
      CHECK_MESSAGE(close(s, model->forward(request).logits, wanted), where);
      if (s.type != at::kDouble) continue;
      const at::Tensor& gradient = last ? expected.gradient_of_last : expected.gradient;
      CHECK_MESSAGE(close(s, gradient_of(*model, request).to(at::kCPU), gradient, 2), where + ": gradient");
    }
  }
}

}  // namespace

TEST_IN_PARTS("latents of the residual stream stand for what is written before them", 5) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (!can_have_latents(s, kind)) return;
    const std::vector<Choice> all = choices(s.config());
    // What differs from place to place and by number type is below what differs from choice to choice.
    const bool every = s.type == at::kDouble && s.model.weights().options.device().is_cpu();
    for (const Choice& choice : every ? all : std::vector<Choice>{all.back()}) check_case(s, kind, choice, name);
  });
}

TEST("autoencoders of the residual stream that do not fit are refused by what is wrong") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const auto refused = [&](std::vector<GivenAutoencoder> given) { return refusal_of(s, std::move(given)); };
  const GivenAutoencoder good = random_autoencoder(s, 1, AutoencoderInput::resid_post);
  CHECK(contains(refused({good, good}), "the residual stream behind block 1 is there twice"));
  GivenAutoencoder bad = good;
  bad.block = 3;
  CHECK(contains(refused({bad}), "the residual stream behind block 3 is of no block of this model, whose blocks are 0 to 2"));
  bad = good;
  bad.decode = bad.decode.narrow(1, 0, 19);
  CHECK(contains(refused({bad}), "behind block 1 has a decoder of shape [6, 19], it must be [6, 20]"));
  std::vector<GivenAutoencoder> crossing;
  for (int64_t block = 0; block < 3; block++) {
    crossing.push_back(random_autoencoder(s, block, AutoencoderInput::mlp_in));
    for (int64_t later = block + 1; later < 3; later++) crossing.back().decode_later.push_back(crossing.back().decode);
  }
  crossing.push_back(good);
  CHECK(contains(refused(crossing), "behind block 1 starts the stream anew, but cross-layer transcoders stand beside it"));
}

TEST("graphs of other autoencoders of the residual stream are refused") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const auto autoencoders = std::make_shared<const Autoencoders>(
      s.config(), s.model.weights(), true, std::vector<GivenAutoencoder>{random_autoencoder(s, 1, AutoencoderInput::resid_post)});
  const std::shared_ptr<Transformer> model = s.model.with(autoencoders);
  const PatchGraph good = graph_with_latents(s, graph_kinds(s.config())[0], *autoencoders);
  const auto run = [&](const PatchGraph& graph) {
    ForwardRequest request;
    request.tokens = s.clean;
    request.graph = std::make_shared<PatchGraph>(graph);
    model->forward(request);
  };
  const auto refused = [&](const PatchGraph& graph) { return message_of([&] { run(graph); }); };
  run(good);
  PatchGraph bad = good;
  bad.groups.back().first_source = 0;
  CHECK(refused(bad).find("another model") != std::string::npos);
  bad = good;
  for (PatchGroup& group : bad.groups)
    if (group.kind == GroupKind::post) group.block = 0;
  CHECK(refused(bad).find("another model") != std::string::npos);
  bad = good;
  bad.stream_latents = {0, 0, 6};
  CHECK(refused(bad).find("other latents") != std::string::npos);
}

}  // namespace autocircuit::test
