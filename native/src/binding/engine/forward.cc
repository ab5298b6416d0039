#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "binding/cancel_handle.h"
#include "binding/engine/box_tags.h"
#include "binding/engine_functions.h"
#include "binding/fields.h"
#include "binding/run_async.h"
#include "binding/tensor_handle.h"

namespace autocircuit {

namespace {

struct PendingPatch {
  std::shared_ptr<const PatchGraph> graph;
  SlotPtr mask;
  PendingPtr<Ablation> ablation;
  SlotPtr directions, ablation_leaf, outputs_leaf;
  BackwardRules rules;
  std::vector<SlotPtr> autoencoder_leaves{};
};

// A request as it stands when it is made: its tensors may not be computed yet.
struct PendingRequest {
  PendingPtr<Transformer> transformer;
  SlotPtr tokens, padding, start;
  PendingPtr<Prefix> prefix;
  PendingPtr<KeptRun> from;
  std::optional<PendingPatch> patch;
  SlotPtr reference_logits, probabilities;
  std::vector<SlotPtr> replacements;  // of `fields.hooks.replaced`
  ForwardRequest fields;              // what needs no waiting
};

SlotPtr tensor_field(const Fields& fields, const char* name) { return TensorHandle::from(fields.get(name), fields.path(name)).slot(); }

std::shared_ptr<const PatchGraph> graph_field(const Fields& fields) {
  return unbox<const PatchGraph>(fields.get("graph"), fields.path("graph"))->get();
}

void read_hooks(const Fields& fields, PendingRequest& request) {
  HookRequest& hooks = request.fields.hooks;
  for (const std::string& name : fields.texts("hooks")) hooks.read.push_back(hook_point(name));
  if (fields.has("hookPositions")) hooks.positions = fields.integers("hookPositions");
  if (!fields.has("replace")) return;
  const Napi::Array given = to_array(fields.get("replace"), fields.path("replace"));
  for (uint32_t i = 0; i < given.Length(); i++) {
    const Fields replacement(given.Get(i), "request.replace");
    Replacement& made = hooks.replaced.emplace_back();
    made.point = hook_point(replacement.text("hook"));
    if (replacement.has("positions")) made.positions = replacement.integers("positions");
    if (replacement.has("heads")) made.heads = replacement.integers("heads");
    request.replacements.push_back(tensor_field(replacement, "value"));
  }
}

PendingRequest read_request(const Napi::Value& value) {
  const Fields fields(value, "request");
  PendingRequest request;
  request.tokens = tensor_field(fields, "tokens");
  if (fields.has("padding")) request.padding = tensor_field(fields, "padding");
  if (fields.has("start")) request.start = tensor_field(fields, "start");
  if (fields.has("prefix")) request.prefix = unbox<Prefix>(fields.get("prefix"), fields.path("prefix"));
  if (fields.has("from")) request.from = unbox<KeptRun>(fields.get("from"), fields.path("from"));
  if (fields.has("graph")) request.fields.graph = graph_field(fields);
  if (fields.has("positions")) request.fields.positions = fields.integers("positions");
  if (fields.has("patch")) {
    const Fields patch(fields.get("patch"), "request.patch");
    request.patch = PendingPatch{
        graph_field(patch), tensor_field(patch, "mask"), unbox<Ablation>(patch.get("ablation"), patch.path("ablation")), {}, {}, {}, {}};
    if (patch.has("directions")) request.patch->directions = tensor_field(patch, "directions");
    if (patch.has("ablationLeaf")) request.patch->ablation_leaf = tensor_field(patch, "ablationLeaf");
    if (patch.has("outputsLeaf")) request.patch->outputs_leaf = tensor_field(patch, "outputsLeaf");
    if (patch.has("autoencoderLeaves")) {
      const Napi::Array leaves = to_array(patch.get("autoencoderLeaves"), patch.path("autoencoderLeaves"));
      for (uint32_t i = 0; i < leaves.Length(); i++)
        request.patch->autoencoder_leaves.push_back(
            TensorHandle::from(leaves.Get(i), patch.path("autoencoderLeaves") + "[" + std::to_string(i) + "]").slot());
    }
    if (patch.has("rules")) {
      const Fields rules(patch.get("rules"), "request.patch.rules");
      request.patch->rules = {rules.flag("norms", false), rules.flag("activations", false), rules.flag("gates", false),
                              rules.flag("attention", false)};
    }
  }
  if (fields.has("reference")) {
    const Fields reference(fields.get("reference"), "request.reference");
    request.reference_logits = tensor_field(reference, "logits");
    request.probabilities = tensor_field(reference, "probabilities");
  }
  read_hooks(fields, request);
  request.fields.want_logits = fields.flag("logits", true);
  request.fields.want_source_outputs = fields.flag("keepSources", false);
  request.fields.want_latents = fields.flag("latents", false);
  request.fields.want_resid = fields.flag("resid", false);
  request.fields.keep_run = fields.flag("keepRun", false);
  request.fields.want_keys_values = fields.flag("keysValues", false);
  return request;
}

ForwardResult run(const PendingRequest& pending, const CancelToken& cancel) {
  ForwardRequest request = pending.fields;
  request.tokens = pending.tokens->get();
  if (pending.padding) request.padding = pending.padding->get();
  if (pending.start) request.start = pending.start->get();
  if (pending.prefix) request.prefix = pending.prefix->get();
  if (pending.from) request.from = pending.from->get();
  if (pending.patch) {
    const PendingPatch& patch = *pending.patch;
    const auto given = [](const SlotPtr& slot) { return slot ? slot->get() : at::Tensor(); };
    request.patch = Patch{patch.graph,
                          patch.mask->get(),
                          patch.ablation->get(),
                          given(patch.directions),
                          given(patch.ablation_leaf),
                          given(patch.outputs_leaf),
                          patch.rules};
    for (const SlotPtr& leaf : patch.autoencoder_leaves) request.patch->autoencoder_leaves.push_back(leaf->get());
  }
  if (pending.reference_logits) request.reference = Reference{pending.reference_logits->get(), pending.probabilities->get()};
  for (size_t i = 0; i < pending.replacements.size(); i++) request.hooks.replaced[i].value = pending.replacements[i]->get();
  request.cancel = cancel;
  return pending.transformer->get()->forward(request);
}

template <class T>
Napi::Value box_value(Napi::Env env, std::shared_ptr<T> value) {
  auto made = std::make_shared<Pending<T>>();
  made->value = std::move(value);
  return make_box<T>(env, std::move(made));
}

Napi::Value to_js(Napi::Env env, const ForwardResult& result) {
  Napi::Object object = Napi::Object::New(env);
  if (result.logits.defined()) object.Set("logits", TensorHandle::create(env, result.logits));
  if (result.activity.defined()) object.Set("activity", TensorHandle::create(env, result.activity));
  if (result.divergences.defined()) object.Set("divergences", TensorHandle::create(env, result.divergences));
  if (result.source_outputs.defined()) object.Set("sourceOutputs", TensorHandle::create(env, result.source_outputs));
  if (result.latents.defined()) object.Set("latents", TensorHandle::create(env, result.latents));
  if (result.resid.defined()) object.Set("resid", TensorHandle::create(env, result.resid));
  if (!result.hooks.empty()) {
    Napi::Array hooks = Napi::Array::New(env, result.hooks.size());
    for (uint32_t i = 0; i < result.hooks.size(); i++) hooks.Set(i, TensorHandle::create(env, result.hooks[i]));
    object.Set("hooks", hooks);
  }
  if (result.run) {
    Napi::Object run = Napi::Object::New(env);
    run.Set("box", box_value(env, result.run));
    run.Set("sourceOutputs", TensorHandle::create(env, result.run->source_outputs));
    const KeptRun& kept = *result.run;
    Napi::Array points = Napi::Array::New(env, kept.resid.size());
    for (uint32_t point = 0; point < kept.resid.size(); point++) {
      const at::Tensor& resid = kept.resid[point];
      if (resid.defined()) points.Set(point, TensorHandle::create(env, resid.view({kept.batch, kept.seq_len, -1})));
      else points.Set(point, env.Null());
    }
    run.Set("resid", points);
    object.Set("run", run);
  }
  if (result.prefix) {
    Napi::Object prefix = Napi::Object::New(env);
    prefix.Set("box", box_value(env, result.prefix));
    prefix.Set("seqLen", static_cast<double>(result.prefix->seq_len));
    object.Set("prefix", prefix);
  }
  return object;
}

}  // namespace

Napi::Value forward(const Napi::CallbackInfo& info) {
  auto request = std::make_shared<PendingRequest>(read_request(info[1]));
  request->transformer = unbox<Transformer>(info[0], "the transformer");
  return run_async(
      info.Env(),
      [request](const CancelToken& cancel) -> Convert {
        const auto result = std::make_shared<ForwardResult>(run(*request, cancel));
        return [result](Napi::Env env) { return to_js(env, *result); };
      },
      CancelHandle::token(info[2]));
}

}  // namespace autocircuit
