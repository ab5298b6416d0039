#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "engine/bounds.h"
#include "engine/cases.h"
#include "engine/norm.h"
#include "engine/outputs.h"
#include "masks/list_rows.h"
#include "operators/operators.h"
#include "pretend_device/pretend_device.h"

// float16 and bfloat16: numbers that do not fit in between, and operators to the last digit that is stored.
namespace autocircuit::test {
namespace {

constexpr at::ScalarType kNarrow[] = {at::kBFloat16, at::kHalf};

double unit_of(at::ScalarType type) { return type == at::kHalf ? 0x1p-11 : 0x1p-8; }

// Rounded once where it is stored: half a unit of the last digit, with a little for the sums in float32, whose terms have this size.
void check_rounded(const at::Tensor& given, const at::Tensor& exact, const at::Tensor& terms, at::ScalarType type,
                   const std::string& name) {
  const at::Tensor error = (given.to(at::kCPU, at::kDouble) - exact).abs();
  const at::Tensor most = exact.abs() * unit_of(type) + terms * 0x1p-18 + (type == at::kHalf ? 0x1p-25 : 0);
  CHECK_MESSAGE((error <= most).all().item<bool>(), name);
}

struct Lists {
  RowLists lists;
  at::Tensor dense;  // [rows, sources]
};

// Every second source has a weight in some of the five rows; the last row has none.
Lists some_lists(const at::Device& device, int64_t sources) {
  PatchGroup group{GroupKind::q, 0, 5, 0, sources, 0};
  GroupPlan plan;
  plan.group = &group;
  plan.values = at::rand({1, 1, 5, sources}, at::kDouble) * (at::arange(sources) % 2 == 0) * (at::arange(5) < 4).view({5, 1});
  plan.rows = {RowKind::near_plain, RowKind::near_ablated, RowKind::near_plain, RowKind::near_plain, RowKind::near_plain};
  plan.values[0][0][1] += (at::arange(sources) % 2 == 1);  // near ablated: what is kept is listed
  const RowLists lists = row_lists({{&plan, {0, 1, 2, 3, 4}}}, at::TensorOptions().dtype(at::kFloat).device(device));
  at::Tensor dense = plan.values[0][0].clone();
  dense[1] -= 1;
  return {lists, dense};
}

}  // namespace

TEST("operators in narrow types round once, what they store, and read no source that no list names") {
  at_each_place([](const Place& place) {
    for (const at::ScalarType type : kNarrow)
      for (const NormKind kind : {NormKind::none, NormKind::layer_norm, NormKind::rms_norm}) {
        at::manual_seed(6);
        const std::string name = place.name + ", " + c10::toString(type) + ", norm " + std::to_string(static_cast<int>(kind));
        const int64_t n = 6, d = 24, sources = 9;
        const auto random = [&](at::IntArrayRef shape) { return at::randn(shape, at::kDouble).to(type); };
        const auto there = [&](const at::Tensor& x) { return x.to(place.device); };
        const auto wide = [](const at::Tensor& x) { return x.to(at::kDouble); };
        at::Tensor deltas = random({sources, n, d});
        const auto [lists, dense] = some_lists(place.device, sources);
        const at::Tensor unnamed = (dense.to(at::kFloat) == 0).all(0);
        // Where memory is cleared instead (elsewhere than on the host), what is not named is 0.
        deltas.masked_fill_(unnamed.view({-1, 1, 1}), place.device.is_cpu() ? NAN : 0.0);
        const at::Tensor resid = random({n, d}), ablated = random({n, d}), scale = random({d}), shift = random({d});
        Norm norm{kind, 1e-5, there(scale), there(shift)};
        Delta delta;
        delta.early = there(deltas.narrow(0, 0, 4).contiguous());
        delta.late = there(deltas.narrow(0, 4, 5).contiguous());
        delta.first_late = 4;
        const at::Tensor token_of = there(at::arange(3, at::kInt));
        const at::Tensor given = patched_rows({there(resid), there(ablated), delta, lists, token_of, n}, norm);
        const at::Tensor safe = wide(deltas).nan_to_num(0.0), weights = dense.to(at::kFloat).to(at::kDouble);
        const at::Tensor base = at::where((at::arange(5) == 1).view({5, 1, 1}), wide(ablated), wide(resid));
        at::Tensor exact = base + at::einsum("rs,snd->rnd", {weights, safe});
        at::Tensor terms = base.abs() + at::einsum("rs,snd->rnd", {weights.abs(), safe.abs()});
        if (kind != NormKind::none) {
          const at::Tensor centred = kind == NormKind::layer_norm ? exact - exact.mean(-1, true) : exact;
          const at::Tensor factor = at::rsqrt(centred.square().mean(-1, true) + 1e-5);
          terms = (terms + terms.mean(-1, true)) * factor * wide(scale).abs() + wide(shift).abs();
          exact = centred * factor * wide(scale) + wide(shift);
        }
        check_rounded(given, exact, terms, type, name + ", patched rows");
        if (place.device.is_cpu()) {  // where the stream is float32
          const at::Tensor wider = patched_rows({resid.to(at::kFloat), ablated.to(at::kFloat), delta, lists, token_of, n}, norm);
          CHECK_MESSAGE(wider.scalar_type() == at::kFloat && ((wide(wider) - exact).abs() <= terms * 0x1p-18).all().item<bool>(),
                        name + ", patched rows of a wider stream");
        }

        const at::Tensor grad = random({5, n, d}), x = random({n, d});
        at::Tensor into = there(grad).clone();
        norm_backward_rows_(into, there(x), norm);
        if (kind == NormKind::none) {
          check_rounded(into, wide(grad), wide(grad).abs(), type, name + ", norm backward");
        } else {
          const at::Tensor centred = kind == NormKind::layer_norm ? wide(x) - wide(x).mean(-1, true) : wide(x);
          const at::Tensor r = at::rsqrt(centred.square().mean(-1, true) + 1e-5), g = wide(grad) * wide(scale);
          const at::Tensor slope = (g * centred).mean(-1, true) * r.square();
          const at::Tensor back = ((kind == NormKind::layer_norm ? g - g.mean(-1, true) : g) - centred * slope) * r;
          const at::Tensor size = (g.abs() + g.abs().mean(-1, true) + (g * centred).abs().mean(-1, true) * centred.abs() * r.square()) * r;
          check_rounded(into, back, size, type, name + ", norm backward");
        }

        const at::Tensor outputs = random({5, n, d}), taken = random({5, 3, d});
        at::Tensor out = there(outputs).clone(), stream = there(resid).clone();
        absorb_outputs_(out, there(taken), stream);
        check_rounded(stream, wide(resid) + wide(outputs).sum(0), wide(resid).abs() + wide(outputs).abs().sum(0), type, name + ", stream");
        check_rounded(out, wide(taken).repeat({1, 2, 1}) - wide(outputs), wide(outputs).abs() * 0, type, name + ", deltas");

        // Sums beyond 65504, in float32.
        const at::Tensor large = (random({5, n, d}).to(at::kFloat) * 100).to(type),
                         all = (random({sources, n, d}).to(at::kFloat) * 100).to(type);
        for (const int64_t buckets : {1, 2}) {
          const at::Tensor bucket_of = buckets == 1 ? at::Tensor() : at::arange(n, at::kInt) % 2;
          const at::Tensor sums = mask_gradient(there(large), there(all), buckets == 1 ? bucket_of : there(bucket_of), buckets);
          CHECK(sums.scalar_type() == at::kFloat);
          for (int64_t b = 0; b < buckets; b++) {
            const at::Tensor in = buckets == 1 ? at::ones({n}, at::kDouble) : (bucket_of == b).to(at::kDouble);
            const at::Tensor right = at::einsum("rnd,snd,n->rs", {wide(large), wide(all), in});
            const at::Tensor parts = at::einsum("rnd,snd,n->rs", {wide(large).abs(), wide(all).abs(), in});
            CHECK_MESSAGE(((sums[b].to(at::kCPU, at::kDouble) - right).abs() <= parts * 0x1p-18).all().item<bool>(),
                          name + ", mask gradient");
          }
        }
      }
  });
}

TEST("norms of activations whose squares float16 does not hold") {
  at::manual_seed(6);
  const at::Tensor x = (at::randn({4, 32}, at::kDouble) * 3000).to(at::kHalf), scale = at::rand({32}, at::kDouble).to(at::kHalf);
  const at::Tensor wide = x.to(at::kDouble);
  const at::Tensor expected = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5) * scale.to(at::kDouble);
  const auto near = [&](const at::Tensor& given) {
    return ((given.to(at::kDouble) - expected).abs() <= expected.abs() * 0x1p-10 + 0x1p-24).all().item<bool>();
  };
  CHECK(near(apply(Norm{NormKind::rms_norm, 1e-5, scale, {}}, x, at::kHalf)));
  TransformerConfig config;
  CHECK(near(post_normed(config, NormWeights{scale, {}}, x)));
}

// A loss that is a mean over many prompts gives gradients for which float16 has few digits, or none.
TEST("small gradients of logits reach the mask in float16") {
  for (const Architecture& a : architectures()) {
    at::manual_seed(3);
    const Setting s(a, at::kCPU, at::kHalf);
    const PatchGraph graph = make_graph(a.config, 0);
    const at::Tensor mask = at::rand({graph.edges}, at::kDouble), direction = at::randn({3, 7, a.config.d_vocab_out}, at::kDouble);
    const auto gradient = [&](double size) {
      const at::Tensor leaf = mask.clone().requires_grad_();
      const at::Tensor logits = s.model.forward(request_for(s, graph, leaf, s.ablation(graph))).logits;
      return torch::autograd::grad({(logits.to(at::kDouble) * direction * size).sum()}, {leaf})[0] / size;
    };
    CHECK_MESSAGE(close(s, gradient(0x1p-14), gradient(1)), a.name);
  }
}

TEST("numbers that are none end with an error that says which") {
  const Architecture a = architectures()[0];
  at::manual_seed(3);
  NamedWeights weights = random_weights(a.config);
  weights["unembed.W_U"] = at::full_like(weights["unembed.W_U"], 60000);
  weights["ln_final.b"] = at::full_like(weights["ln_final.b"], 50);
  const Transformer model(a.config, weights, {at::kCPU, at::kHalf, false});
  const PatchGraph graph = make_graph(a.config, 0);
  const at::Tensor mask = at::full({graph.edges}, 0.5, at::kDouble).requires_grad_();
  ForwardRequest request;
  request.tokens = at::zeros({3, 7}, at::kLong);
  request.positions = std::vector<int64_t>{6};
  const at::Tensor logits = at::zeros({3, a.config.d_vocab_out});
  request.reference = Reference{logits, at::softmax(logits, -1)};
  const auto says = [](const std::string& message, const char* part) { CHECK_MESSAGE(message.find(part) != std::string::npos, message); };
  says(message_of([&] { model.forward(request); }), "The KL divergence of prompt 0 at position 6 is NaN");
  request.reference.reset();
  request.patch = Patch{std::make_shared<PatchGraph>(graph), mask, std::make_shared<Ablation>(at::zeros({graph.sources, 1, 7, 20}))};
  const at::Tensor broken = model.forward(request).logits;
  const auto gradient = [&] { torch::autograd::grad({broken.to(at::kFloat).square().sum()}, {mask}); };
  says(message_of(gradient), "The gradient of the mask at edge 0 is NaN");
  weights["unembed.W_U"] = at::full_like(weights["unembed.W_U"], 70000);
  says(message_of([&] { Transformer(a.config, weights, {at::kCPU, at::kHalf, false}); }),
       "'unembed.W_U' holds numbers that float16 cannot");
}

}  // namespace autocircuit::test
