#include "engine/hooks.h"

#include <ATen/ATen.h>

#include <map>

#include "check.h"
#include "engine/cases.h"

// Values read and replaced at the hook points of a pass.
namespace autocircuit::test {
namespace {

std::vector<HookPoint> points_of(const TransformerConfig& c) {
  std::vector<HookPoint> points;
  for (int64_t block = 0; block < c.layers; block++) {
    for (const Hook hook :
         {Hook::resid_pre, Hook::q, Hook::k, Hook::v, Hook::attn_scores, Hook::pattern, Hook::z, Hook::attn_out, Hook::resid_post})
      points.push_back({hook, block});
    if (!c.parallel) points.push_back({Hook::resid_mid, block});
    if (c.positions == PositionKind::rotary)
      for (const Hook hook : {Hook::rot_q, Hook::rot_k}) points.push_back({hook, block});
    if (!c.attn_only)
      for (const Hook hook : {Hook::mlp_pre, Hook::mlp_post, Hook::mlp_out}) points.push_back({hook, block});
    if (!c.attn_only && c.gated) points.push_back({Hook::mlp_pre_linear, block});
  }
  return points;
}

std::vector<HookPoint> norms_of(const TransformerConfig& c) {
  std::vector<HookPoint> points;
  if (c.norm == NormKind::none) return points;
  for (const Hook hook : {Hook::final_scale, Hook::final_normalized}) points.push_back({hook, 0});
  if (!c.pre_norm) return points;
  for (int64_t block = 0; block < c.layers; block++) {
    for (const Hook hook : {Hook::ln1_scale, Hook::ln1_normalized}) points.push_back({hook, block});
    if (c.attn_only) continue;
    for (const Hook hook : {Hook::ln2_scale, Hook::ln2_normalized}) points.push_back({hook, block});
  }
  return points;
}

using Values = std::map<HookPoint, at::Tensor>;

Values values_of(const ForwardRequest& request, const ForwardResult& result) {
  Values values;
  for (size_t i = 0; i < request.hooks.read.size(); i++) values[request.hooks.read[i]] = result.hooks[i].to(at::kCPU);
  return values;
}

at::Tensor wide(const at::Tensor& x) { return x.to(at::kCPU, at::kDouble); }

}  // namespace

TEST("what is read at hook points are the parts of the pass, patched or not, and reading changes nothing") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const TransformerConfig& c = s.config();
    const PatchGraph graph = graph_of(s, kind);
    const auto ablation = s.ablation(graph);
    for (const auto& [mask_name, mask] : masks(graph.edges)) {
      ForwardRequest request = request_for(s, graph, mask, ablation);
      const at::Tensor expected = wide(s.model.forward(request).logits);
      request.hooks.read = points_of(c);
      const ForwardResult result = s.model.forward(request);
      const std::string which = name + ", mask " + mask_name;
      CHECK_MESSAGE(close(s, result.logits, expected), which);
      Values values = values_of(request, result);
      for (int64_t block = 0; block < c.layers; block++) {
        const at::Tensor pattern = wide(values[{Hook::pattern, block}]), scores = wide(values[{Hook::attn_scores, block}]);
        CHECK_MESSAGE(close(s, pattern, at::softmax(scores, -1)), which + ": pattern");
        at::Tensor v = wide(values[{Hook::v, block}]).transpose(1, 2);
        v = v.repeat_interleave(c.heads / v.size(1), 1);
        CHECK_MESSAGE(close(s, values[{Hook::z, block}], at::matmul(pattern, v).transpose(1, 2)), which + ": z");
        if (!kind.factorized || !s.config().attn_only) continue;
        CHECK_MESSAGE(
            close(s, values[{Hook::resid_post, block}], wide(values[{Hook::resid_pre, block}]) + wide(values[{Hook::attn_out, block}])),
            which + ": the stream");
      }
    }
  });
}

TEST("norms at hook points, and a plain pass whose values are replaced by themselves") {
  for_each_case([](const Setting& s, const GraphKind& kind, const std::string& name) {
    const TransformerConfig& c = s.config();
    if (kind.name != graph_kinds(c)[0].name) return;  // no graph is used
    ForwardRequest request;
    request.tokens = s.clean;
    const at::Tensor expected = wide(s.model.forward(request).logits);
    request.hooks.read = points_of(c);
    for (const HookPoint& point : norms_of(c)) request.hooks.read.push_back(point);
    const ForwardResult result = s.model.forward(request);
    CHECK_MESSAGE(close(s, result.logits, expected), name + ": read");
    Values values = values_of(request, result);
    for (int64_t block = 0; block + 1 < c.layers; block++) {
      at::Tensor stream = wide(values[{Hook::resid_pre, block}]) + wide(values[{Hook::attn_out, block}]);
      if (!c.parallel) CHECK_MESSAGE(close(s, values[{Hook::resid_mid, block}], stream), name + ": middle of the block");
      if (!c.attn_only) stream = stream + wide(values[{Hook::mlp_out, block}]);
      CHECK_MESSAGE(close(s, values[{Hook::resid_post, block}], stream), name + ": end of the block");
      const bool goes_on = values[{Hook::resid_pre, block + 1}].equal(values[{Hook::resid_post, block}]);
      CHECK_MESSAGE(goes_on, name + ": next block");
    }
    if (c.norm != NormKind::none) {
      const at::Tensor x = wide(values[{Hook::resid_post, c.layers - 1}]);
      const at::Tensor centred = c.norm == NormKind::layer_norm ? x - x.mean(-1, true) : x;
      CHECK_MESSAGE(close(s, values[{Hook::final_scale, 0}], at::sqrt(centred.square().mean(-1, true) + c.eps)), name + ": scale");
    }
    for (const auto& [point, value] : values) {
      ForwardRequest replaced;
      replaced.tokens = s.clean;
      replaced.hooks.replaced.push_back({point, value, {}, {}});
      CHECK_MESSAGE(close(s, s.model.forward(replaced).logits, expected), name + ": " + name_of(point) + " by itself");
    }
  });
}

TEST("another run's values at hook points give that run's output, and at some positions and heads a mixture") {
  for (const Architecture& a : architectures()) {
    at::manual_seed(11);
    const Setting s(a);
    const TransformerConfig& c = s.config();
    const int64_t last = c.layers - 1;
    ForwardRequest other;
    other.tokens = s.corrupt;
    other.hooks.read = {{Hook::resid_pre, 0}, {Hook::resid_post, last}, {Hook::z, 0}};
    const ForwardResult corrupt = s.model.forward(other);
    for (size_t i = 0; i < 2; i++) {
      ForwardRequest request;
      request.tokens = s.clean;
      request.hooks.replaced.push_back({other.hooks.read[i], corrupt.hooks[i], {}, {}});
      CHECK_MESSAGE(close(s, s.model.forward(request).logits, corrupt.logits), a.name + ": " + name_of(other.hooks.read[i]));
    }
    // At the last position of the last block nothing else is mixed in.
    ForwardRequest one;
    one.tokens = s.clean;
    one.hooks.replaced.push_back({{Hook::resid_post, last}, corrupt.hooks[1].narrow(1, 6, 1), std::vector<int64_t>{6}, {}});
    const at::Tensor mixed = s.model.forward(one).logits;
    CHECK_MESSAGE(close(s, mixed.select(1, 6), corrupt.logits.select(1, 6)), a.name + ": one position");
    one.hooks = {};
    CHECK_MESSAGE(close(s, mixed.narrow(1, 0, 6), s.model.forward(one).logits.narrow(1, 0, 6)), a.name + ": other positions");
    // One head, and the values read are those that were put in.
    ForwardRequest head;
    head.tokens = s.clean;
    head.hooks.read = {{Hook::z, 0}};
    const at::Tensor own = s.model.forward(head).hooks[0];
    head.hooks.replaced.push_back(
        {{Hook::z, 0}, corrupt.hooks[2].narrow(2, 1, 1).narrow(1, 2, 2), std::vector<int64_t>{2, 3}, std::vector<int64_t>{1}});
    at::Tensor expected = own.clone();
    expected.narrow(2, 1, 1).narrow(1, 2, 2).copy_(corrupt.hooks[2].narrow(2, 1, 1).narrow(1, 2, 2));
    CHECK_MESSAGE(s.model.forward(head).hooks[0].equal(expected), a.name + ": one head");
    head.hooks.positions = std::vector<int64_t>{3};
    CHECK_MESSAGE(s.model.forward(head).hooks[0].equal(expected.narrow(1, 3, 1)), a.name + ": read at one position");
  }
}

TEST("a replaced source of a patched pass is what destinations take") {
  // With every edge of the corrupt run but those of one MLP ablated, and this MLP replaced by the corrupt run's, all is the corrupt run.
  for (const Architecture& a : architectures()) {
    if (a.config.attn_only) continue;
    at::manual_seed(13);
    const Setting s(a);
    const PatchGraph graph = graph_of(s, graph_kinds(s.config())[0]);
    const auto ablation = s.ablation(graph);
    ForwardRequest other;
    other.tokens = s.corrupt;
    other.hooks.read = {{Hook::mlp_out, 0}};
    const ForwardResult corrupt = s.model.forward(other);
    at::Tensor mask = at::ones({graph.edges}, at::kDouble);
    const int64_t mlp = SourceOrder(s.config(), StreamSources::none).mlp(0);
    for (const PatchGroup& group : graph.groups) {
      if (mlp < group.first_source || mlp >= group.first_source + group.sources) continue;
      const int64_t cells = std::max<int64_t>(graph.seq_len, 1) * group.heads;
      mask.narrow(0, group.offset, cells * group.sources).view({cells, group.sources}).select(1, mlp - group.first_source).fill_(0);
    }
    ForwardRequest request = request_for(s, graph, mask, ablation);
    request.hooks.replaced.push_back({{Hook::mlp_out, 0}, corrupt.hooks[0], {}, {}});
    CHECK_MESSAGE(close(s, s.model.forward(request).logits, corrupt.logits), a.name);
  }
}

TEST("hook points that are not there, or do not fit, are refused") {
  at::manual_seed(3);
  const Setting s(architectures()[0]);
  const PatchGraph graph = graph_of(s, graph_kinds(s.config())[0]);
  const auto refused = [&](const HookRequest& hooks, ForwardRequest request = {}) {
    request.tokens = s.clean;
    request.hooks = hooks;
    return message_of([&] { s.model.forward(request); });
  };
  const auto says = [&](const std::string& text, const std::string& part) { CHECK_MESSAGE(text.find(part) != std::string::npos, text); };
  says(message_of([] { hook_point("blocks.0.attn.hook_patern"); }), "there is no hook point");
  says(message_of([] { hook_point("blocks.99999999999999999999.attn.hook_q"); }), "there is no hook point");
  says(message_of([] { hook_point("blocks.-.attn.hook_q"); }), "there is no hook point");
  says(refused({{{Hook::q, 99}}, {}, {}}), "the model has blocks 0 to");
  says(refused({{}, {}, {{{Hook::z, 0}, at::zeros({3, 7, 1, 1}), {}, {}}}}), "must be floating point [3, 7");
  says(refused({{}, {}, {{{Hook::z, 0}, at::zeros({3, 7, 1, 1}, at::kLong), {}, {}}}}), "must be floating point [3, 7");
  says(refused({{}, {}, {{{Hook::z, 0}, at::zeros({3, 7, 1, 1}), std::vector<int64_t>{7}, {}}}}), "has no position 7");
  says(refused({{}, {}, {{{Hook::resid_pre, 0}, at::zeros({3, 7, 20}), {}, std::vector<int64_t>{0}}}}), "has no heads");
  says(refused({{{Hook::q, 0}}, std::vector<int64_t>{9}, {}}), "has no position 9");
  ForwardRequest keeps;
  keeps.keep_run = true;
  says(refused({{}, {}, {{{Hook::resid_pre, 0}, at::zeros({3, 7, 20}), {}, {}}}}, keeps), "cannot be kept");
  const ForwardRequest patched = request_for(s, graph, masks(graph.edges)[2].second, s.ablation(graph));
  says(refused({{{Hook::ln1_scale, 0}}, {}, {}}, patched), "read it without a patch");
  says(refused({{}, {}, {{{Hook::resid_pre, 0}, at::zeros({3, 7, 20}), {}, {}}}}, patched), "cannot be replaced where edges are patched");
}

}  // namespace autocircuit::test
