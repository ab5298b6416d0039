#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "engine/latent_cases.h"
#include "engine/plain_latents.h"

// Cross-layer transcoders against a network in which each reader takes from each latent what it has written until then, one after another.
namespace autocircuit::test {
namespace {

std::vector<GivenAutoencoder> cross_layer_transcoders(const Setting& s, AutoencoderInput input) {
  std::vector<GivenAutoencoder> all;
  const int64_t layers = s.config().layers;
  for (int64_t block = 0; block < layers; block++) {
    GivenAutoencoder made = random_autoencoder(s, block, input);
    made.top = 0;
    for (int64_t later = block + 1; later < layers; later++) made.decode_later.push_back(at::randn_like(made.decode) * 0.3);
    all.push_back(made);
  }
  return all;
}

void check_case(const Setting& s, const GraphKind& kind, AutoencoderInput input, const std::string& name) {
  at::manual_seed(11);
  const std::vector<GivenAutoencoder> given = cross_layer_transcoders(s, input);
  const auto autoencoders = std::make_shared<const Autoencoders>(s.config(), s.model.weights(), true, given);
  const std::shared_ptr<Transformer> model = s.model.with(autoencoders);
  const LatentTable table = table_of(s, *autoencoders, graph_of(s, kind));
  ForwardRequest corrupt;
  corrupt.tokens = s.corrupt;
  corrupt.want_source_outputs = true;
  const auto ablation = std::make_shared<Ablation>(model->forward(corrupt).source_outputs);
  const std::vector<at::Tensor> ablated = plain_forward(s.config(), s.weights, given, s.corrupt, table.graph).source_outputs;
  for (const auto& [mask_name, mask] : masks(table.graph.edges)) {
    const std::string which = ", mask " + mask_name;
    const PlainAnswers expected = plain_answers(s, kind.name + which, given, table.graph, mask, ablated);
    for (const bool last : {false, true}) {
      ForwardRequest request = request_for(s, table.graph, mask, ablation);
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

TEST_IN_PARTS("latents that write to later blocks give each reader what they have written until then", 5) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (!can_have_latents(s, kind) || s.config().attn_only) return;
    check_case(s, kind, kind.by_token ? AutoencoderInput::mlp_resid : AutoencoderInput::mlp_in, name);
  });
}

TEST("cross-layer transcoders that do not fit are refused by what is wrong") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const auto refused = [&](std::vector<GivenAutoencoder> given) { return refusal_of(s, std::move(given)); };
  const std::vector<GivenAutoencoder> good = cross_layer_transcoders(s, AutoencoderInput::mlp_in);
  Autoencoders(s.config(), s.model.weights(), true, good);
  std::vector<GivenAutoencoder> bad = good;
  bad[0].decode_later.pop_back();
  CHECK(contains(refused(bad), "block 0 writes to 1 later blocks, but there are 2 behind it"));
  bad = {good[0], good[2]};
  CHECK(contains(refused(bad), "block 1 has no transcoder"));
  bad = good;
  bad[1] = random_autoencoder(s, 1, AutoencoderInput::mlp_out);
  CHECK(contains(refused(bad), "block 1 is no transcoder"));
  bad = good;
  bad[0].decode_later[1] = bad[0].decode_later[1] / 0.0;
  CHECK(contains(refused(bad), "block 0 has a decoder of later blocks with numbers that are not finite"));
  bad[0].decode_later[1] = good[1].decode;
  CHECK(contains(refused(bad), "block 0 has a decoder of later blocks of shape [6, 20], it must be [5, 20]"));
}

}  // namespace autocircuit::test
