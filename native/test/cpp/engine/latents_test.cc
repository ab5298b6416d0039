#include <ATen/ATen.h>

#include "check.h"
#include "engine/autoencoders.h"
#include "engine/latent_cases.h"
#include "engine/weights.h"

// Networks with autoencoders. With errors kept, what latents and error write together is what they replace: patched together they are it.
namespace autocircuit::test {
namespace {

// Of one block its attention, of the next its MLP, then both; every input where the network has a place for it.
std::vector<GivenAutoencoder> some_autoencoders(const Setting& s) {
  const BlockWeights& weights = s.model.weights().blocks[0];
  // A norm behind attention divides its bias too, which belongs to no head.
  const bool attention = !(weights.ln1_post.scale.defined() && weights.b_o.defined());
  const auto of_heads = [](int64_t block) { return block > 0 ? AutoencoderInput::z : AutoencoderInput::attn_out; };
  std::vector<GivenAutoencoder> all;
  for (int64_t block = 0; block < s.config().layers; block++) {
    if (attention && block != 1) all.push_back(random_autoencoder(s, block, of_heads(block)));
    if (s.config().attn_only || block == 0) continue;
    all.push_back(random_autoencoder(s, block,
                                     block == 1   ? AutoencoderInput::mlp_post
                                     : block == 2 ? AutoencoderInput::mlp_in
                                                  : AutoencoderInput::mlp_out));
  }
  return all;
}

// For each cell that of the first head of a block whose attention has an autoencoder, which tells heads apart no more.
at::Tensor joined_cells(const Setting& s, const Autoencoders& autoencoders, const PatchGraph& ordinary) {
  const SourceOrder order(s.config(), StreamSources::none);
  at::Tensor cells = at::arange(ordinary.edges, at::kLong);
  for (const PatchGroup& group : ordinary.groups)
    for (int64_t block = 0; block < s.config().layers; block++) {
      const int64_t first = order.heads(block);
      if (autoencoders.of_attention(block) < 0 || first >= group.sources) continue;
      at::Tensor rows =
          cells.narrow(0, group.offset, std::max<int64_t>(ordinary.seq_len, 1) * group.heads * group.sources).view({-1, group.sources});
      rows.narrow(1, first, s.config().heads).copy_(rows.narrow(1, first, 1).expand({-1, s.config().heads}).clone());
    }
  return cells;
}

}  // namespace

TEST_IN_PARTS("latents and their error, patched together, are what they replace", 5) {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    if (!can_have_latents(s, kind)) return;
    const std::vector<GivenAutoencoder> given = some_autoencoders(s);
    if (given.empty()) return;
    const auto autoencoders = std::make_shared<const Autoencoders>(s.config(), s.model.weights(), true, given);
    const std::shared_ptr<Transformer> latent = s.model.with(autoencoders);
    const PatchGraph ordinary = graph_of(s, kind);
    const LatentTable table = table_of(s, *autoencoders, ordinary);
    const at::Tensor cell = at::tensor(table.cell, at::kLong), joined = joined_cells(s, *autoencoders, ordinary);
    ForwardRequest corrupt;
    corrupt.tokens = s.corrupt;
    corrupt.want_source_outputs = true;
    const auto of_latents = std::make_shared<Ablation>(latent->forward(corrupt).source_outputs);
    const auto of_ordinary = s.ablation(ordinary);
    for (const auto& [mask_name, drawn] : masks(ordinary.edges)) {
      const at::Tensor mask = drawn.index_select(0, joined), spread = mask.index_select(0, cell);
      const at::Tensor expected = plain_logits(s, kind.name + ", mask " + mask_name, ordinary, mask, values(*of_ordinary));
      for (const bool last : {false, true}) {
        ForwardRequest request = request_for(s, table.graph, spread, of_latents);
        if (last) request.positions = std::vector<int64_t>{6};
        const at::Tensor wanted = last ? expected.narrow(1, 6, 1) : expected;
        CHECK_MESSAGE(close(s, latent->forward(request).logits, wanted), name + ", mask " + mask_name + (last ? ", last position" : ""));
        if (s.type != at::kDouble) continue;
        ForwardRequest plain = request_for(s, ordinary, mask, of_ordinary);
        plain.positions = request.positions;
        const auto summed = [&](const at::Tensor& gradient, const at::Tensor& cells) {
          return at::zeros({ordinary.edges}, at::kDouble).index_add(0, cells, gradient.to(at::kCPU));
        };
        const at::Tensor found = summed(gradient_of(*latent, request), joined.index_select(0, cell));
        CHECK_MESSAGE(close(s, found, summed(gradient_of(s.model, plain), joined), 2), name + ": gradient, mask " + mask_name);
      }
    }
  });
}

TEST("autoencoders that do not fit are refused by what is wrong") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const auto refused = [&](std::vector<GivenAutoencoder> given) { return refusal_of(s, std::move(given)); };
  const GivenAutoencoder good = random_autoencoder(s, 1, AutoencoderInput::z);
  CHECK(contains(refused({}), "there are no autoencoders"));
  CHECK(contains(refused({good, good}), "block 1's attention is there twice"));
  GivenAutoencoder bad = good;
  bad.block = 3;
  CHECK(contains(refused({bad}), "blocks are 0 to 2"));
  bad = good;
  bad.decode = bad.decode.narrow(1, 0, 20);
  CHECK(contains(refused({bad}), "block 1's attention has a decoder of shape [6, 20], it must be [6, 24]"));
  bad = random_autoencoder(s, 2, AutoencoderInput::mlp_out);
  bad.bias = bad.bias / 0.0;
  CHECK(contains(refused({bad}), "block 2 has a bias of latents with numbers that are not finite"));
}

}  // namespace autocircuit::test
