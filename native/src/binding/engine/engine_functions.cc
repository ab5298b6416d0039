#include "binding/engine_functions.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "binding/arguments.h"
#include "binding/engine/box_tags.h"
#include "binding/engine/read_config.h"
#include "binding/environment.h"
#include "binding/errors.h"
#include "binding/fields.h"
#include "binding/run_async.h"
#include "binding/tensor_handle.h"
#include "engine/autoencoders.h"
#include "engine/head_gradients.h"
#include "engine/weight_processing.h"
#include "operators/open_device.h"
#include "runtime/error.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

// Lets the executor make a T; what `make` throws is kept for those who use the box.
template <class T, class Make>
Napi::Value make_later(Napi::Env env, Make make) {
  auto pending = std::make_shared<Pending<T>>();
  const CancelToken closing = Environment::of(env).channel->closing();
  Executor::instance().post([pending, closing, make = std::move(make)] {
    if (closing.cancelled()) return;
    try {
      pending->value = make();
    } catch (...) {
      pending->error = describe(std::current_exception(), Stage::execution);
    }
  });
  return make_box<T>(env, pending);
}

// { device?, dtype?, tf32? }
Placement read_placement(const Napi::Value& value) {
  Placement placement;
  if (is_missing(value)) return placement;
  const Fields fields(value, "options");
  if (fields.has("device")) placement.device = find_device(to_string(fields.get("device"), fields.path("device")));
  if (fields.has("dtype")) placement.dtype = dtype_from_name(to_string(fields.get("dtype"), fields.path("dtype")));
  if (placement.dtype && !at::isFloatingType(*placement.dtype))
    throw Error(ErrorCode::dtype, "a transformer computes in a floating point type, not in " + dtype_name(*placement.dtype) + ".");
  placement.tf32 = fields.flag("tf32", false);
  return placement;
}

// createTransformer(config, names, tensors, options?) -> box
Napi::Value create_transformer(const Napi::CallbackInfo& info) {
  TransformerConfig config = read_config(info[0]);
  const Napi::Array names = to_array(info[1], "the names of the weights");
  const Napi::Array tensors = to_array(info[2], "the weights");
  std::vector<std::pair<std::string, SlotPtr>> weights;
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = to_string(names.Get(i), "the name of a weight");
    weights.emplace_back(name, TensorHandle::from(tensors.Get(i), "weight '" + name + "'").slot());
  }
  return make_later<Transformer>(info.Env(),
                                 [config = std::move(config), weights = std::move(weights), placement = read_placement(info[3])] {
                                   std::unordered_map<std::string, at::Tensor> named;
                                   for (const auto& [name, slot] : weights) named.emplace(name, slot->get());
                                   return std::make_shared<Transformer>(config, named, placement);
                                 });
}

// transformerReady(box) -> promise; rejects with the error that the weights had.
Napi::Value transformer_ready(const Napi::CallbackInfo& info) {
  const auto transformer = unbox<Transformer>(info[0], "the transformer");
  return run_async(info.Env(), [transformer](const CancelToken&) -> Convert {
    transformer->get();
    return [](Napi::Env env) -> Napi::Value { return env.Undefined(); };
  });
}

// weightProcessing(transformer) -> promise of what its weights show of how they were processed: { centeredWrites, valueBiasesFolded,
// normsFolded }
Napi::Value weight_processing(const Napi::CallbackInfo& info) {
  const auto transformer = unbox<Transformer>(info[0], "the transformer");
  return run_async(info.Env(), [transformer](const CancelToken&) -> Convert {
    const std::shared_ptr<Transformer> of = transformer->get();
    const bool centered = writes_centered(of->weights());
    bool folded = false;
    for (const BlockWeights& block : of->weights().blocks) folded = folded || value_biases_folded(block);
    return [centered, folded, norms = norms_folded(of->weights())](Napi::Env env) -> Napi::Value {
      const Napi::Object found = Napi::Object::New(env);
      found.Set("centeredWrites", centered);
      found.Set("valueBiasesFolded", folded);
      found.Set("normsFolded", norms);
      return found;
    };
  });
}

struct PendingAutoencoder {
  GivenAutoencoder facts;
  SlotPtr encode, bias, decode, out_bias, threshold;
  SlotPtr rivals_encode, rivals_bias, rivals_places;  // all or none
  std::vector<SlotPtr> decode_later;

  GivenAutoencoder ready() const {
    GivenAutoencoder made = facts;
    made.encode = encode->get();
    made.bias = bias->get();
    made.decode = decode->get();
    made.out_bias = out_bias->get();
    if (threshold) made.threshold = threshold->get();
    if (rivals_encode) made.rivals = {rivals_encode->get(), rivals_bias->get(), rivals_places->get()};
    for (const SlotPtr& later : decode_later) made.decode_later.push_back(later->get());
    return made;
  }
};

PendingAutoencoder read_autoencoder(const Napi::Value& value, const std::string& what) {
  const Fields fields(value, what);
  const auto slot = [&](const char* name) { return TensorHandle::from(fields.get(name), fields.path(name)).slot(); };
  PendingAutoencoder made;
  made.facts.block = fields.integer("block");
  made.facts.input = fields.choice<AutoencoderInput>("input", {{"mlp_out", AutoencoderInput::mlp_out},
                                                               {"mlp_post", AutoencoderInput::mlp_post},
                                                               {"mlp_in", AutoencoderInput::mlp_in},
                                                               {"mlp_resid", AutoencoderInput::mlp_resid},
                                                               {"attn_out", AutoencoderInput::attn_out},
                                                               {"z", AutoencoderInput::z},
                                                               {"resid_post", AutoencoderInput::resid_post}});
  if (fields.has("normWeights")) made.facts.norm_weights = fields.flag("normWeights", false);
  if (fields.has("centeredWrites")) made.facts.centered_writes = fields.flag("centeredWrites", false);
  if (fields.has("valueBiases")) made.facts.value_biases = fields.flag("valueBiases", false);
  made.facts.top = fields.integer("top", 0);
  made.encode = slot("encode");
  made.bias = slot("bias");
  made.decode = slot("decode");
  made.out_bias = slot("outBias");
  if (fields.has("threshold")) made.threshold = slot("threshold");
  if (fields.has("rivals")) {
    const Fields rivals(fields.get("rivals"), fields.path("rivals"));
    const auto of = [&](const char* name) { return TensorHandle::from(rivals.get(name), rivals.path(name)).slot(); };
    made.rivals_encode = of("encode");
    made.rivals_bias = of("bias");
    made.rivals_places = of("places");
  }
  if (!fields.has("decodeLater")) return made;
  const Napi::Array later = to_array(fields.get("decodeLater"), fields.path("decodeLater"));
  for (uint32_t i = 0; i < later.Length(); i++)
    made.decode_later.push_back(TensorHandle::from(later.Get(i), fields.path("decodeLater") + "[" + std::to_string(i) + "]").slot());
  return made;
}

// withAutoencoders(transformer, { errors, all: [{ block, input, encode, ... }] }) -> box of a transformer that shares the weights
Napi::Value with_autoencoders(const Napi::CallbackInfo& info) {
  const auto transformer = unbox<Transformer>(info[0], "the transformer");
  const Fields fields(info[1], "autoencoders");
  const bool errors = fields.flag("errors", true);
  std::vector<PendingAutoencoder> all;
  const Napi::Array given = to_array(fields.get("all"), fields.path("all"));
  for (uint32_t i = 0; i < given.Length(); i++)
    all.push_back(read_autoencoder(given.Get(i), fields.path("all") + "[" + std::to_string(i) + "]"));
  return make_later<Transformer>(info.Env(), [transformer, errors, all = std::move(all)] {
    std::vector<GivenAutoencoder> ready;
    for (const PendingAutoencoder& one : all) ready.push_back(one.ready());
    const std::shared_ptr<Transformer> of = transformer->get();
    return of->with(std::make_shared<const Autoencoders>(of->config(), of->weights(), errors, std::move(ready)));
  });
}

// decoderMeans(transformer) -> promise of [positions or 1, latents of all blocks]
Napi::Value decoder_means(const Napi::CallbackInfo& info) {
  const auto transformer = unbox<Transformer>(info[0], "the transformer");
  return run_async(info.Env(), [transformer](const CancelToken&) -> Convert {
    const Autoencoders* autoencoders = transformer->get()->autoencoders();
    if (!autoencoders) throw Error(ErrorCode::bad_input, "this transformer has no autoencoders.");
    return [means = autoencoders->decoder_means()](Napi::Env env) { return TensorHandle::create(env, means); };
  });
}

// headGradients(transformer, block, gradient, z?) -> promise of [B, P, heads, d_head]
Napi::Value head_gradients_later(const Napi::CallbackInfo& info) {
  const auto transformer = unbox<Transformer>(info[0], "the transformer");
  const int64_t block = to_integer(info[1], "block");
  const SlotPtr gradient = TensorHandle::from(info[2], "gradient").slot();
  const SlotPtr z = is_missing(info[3]) ? nullptr : TensorHandle::from(info[3], "z").slot();
  return run_async(info.Env(), [transformer, block, gradient, z](const CancelToken&) -> Convert {
    const at::Tensor made = head_gradients(*transformer->get(), block, gradient->get(), z ? z->get() : at::Tensor());
    return [made](Napi::Env env) { return TensorHandle::create(env, made); };
  });
}

// createAblation(sources, sameEverywhere?) -> box
Napi::Value create_ablation(const Napi::CallbackInfo& info) {
  const SlotPtr sources = TensorHandle::from(info[0], "the ablation's sources").slot();
  const bool same = !is_missing(info[1]) && to_flag(info[1], "sameEverywhere");
  return make_later<Ablation>(info.Env(), [sources, same] { return std::make_shared<Ablation>(sources->get(), same); });
}

// createGraph(graph) -> box
Napi::Value create_graph(const Napi::CallbackInfo& info) {
  auto graph = std::make_shared<Pending<const PatchGraph>>();
  graph->value = std::make_shared<const PatchGraph>(read_graph(info[0]));
  return make_box<const PatchGraph>(info.Env(), std::move(graph));
}

template <class... T>
bool is_box_of_any(const Napi::Value& value) {
  return value.IsExternal() && (value.As<Napi::External<Box>>().CheckTypeTag(&BoxTag<T>::tag) || ...);
}

Napi::Value dispose_box(const Napi::CallbackInfo& info) {
  if (!is_box_of_any<Transformer, Ablation, Prefix, KeptRun, const PatchGraph>(info[0])) {
    throw Error(ErrorCode::bad_input, "only boxes can be disposed.");
  }
  info[0].As<Napi::External<Box>>().Data()->empty();
  return info.Env().Undefined();
}

}  // namespace

void init_engine_functions(Napi::Env env, Napi::Object exports) {
  exports.Set("createTransformer", guarded_function<create_transformer>(env, "createTransformer"));
  exports.Set("withAutoencoders", guarded_function<with_autoencoders>(env, "withAutoencoders"));
  exports.Set("decoderMeans", guarded_function<decoder_means>(env, "decoderMeans"));
  exports.Set("headGradients", guarded_function<head_gradients_later>(env, "headGradients"));
  exports.Set("transformerReady", guarded_function<transformer_ready>(env, "transformerReady"));
  exports.Set("weightProcessing", guarded_function<weight_processing>(env, "weightProcessing"));
  exports.Set("createAblation", guarded_function<create_ablation>(env, "createAblation"));
  exports.Set("createGraph", guarded_function<create_graph>(env, "createGraph"));
  exports.Set("forward", guarded_function<forward>(env, "forward"));
  exports.Set("disposeBox", guarded_function<dispose_box>(env, "disposeBox"));
}

}  // namespace autocircuit
