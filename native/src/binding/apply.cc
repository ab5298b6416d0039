#include <ATen/core/Tensor.h>

#include <algorithm>

#include "binding/arguments.h"
#include "binding/environment.h"
#include "binding/errors.h"
#include "binding/host_copies.h"
#include "binding/map_file.h"
#include "binding/tensor_functions.h"
#include "binding/tensor_handle.h"
#include "tensor/deferred.h"

namespace autocircuit {

namespace {

Param to_param(const Napi::Value& value, const std::string& what) {
  if (is_missing(value)) return std::monostate{};
  if (value.IsNumber()) return to_number(value, what);
  if (value.IsBoolean()) return to_flag(value, what);
  if (value.IsString()) return to_string(value, what);
  return to_integers(value, what);
}

Params to_params(const Napi::Value& value) {
  const Napi::Array array = to_array(value, "the parameters");
  std::vector<Param> params;
  for (uint32_t i = 0; i < array.Length(); i++) {
    params.push_back(to_param(array.Get(i), "parameter " + std::to_string(i + 1)));
  }
  return Params(std::move(params));
}

bool records_gradient(const std::string& name, bool input_requires_grad, const at::Tensor& result) {
  if (name == "requireGrad") return true;
  if (name == "detach" || name == "grad") return false;
  return input_requires_grad && result.is_floating_point();
}

// apply(name, tensors, parameters) -> tensors. Shapes are checked now, the arithmetic is enqueued.
Napi::Value apply(const Napi::CallbackInfo& info) {
  const std::string name = to_string(info[0], "the operation");
  const Op& op = find_op(name);
  const Napi::Array handles = to_array(info[1], "the tensors");
  Params params = to_params(info[2]);

  std::vector<SlotPtr> inputs;
  Tensors metas;
  bool requires_grad = false;
  for (uint32_t i = 0; i < handles.Length(); i++) {
    const TensorHandle& handle = TensorHandle::from(handles.Get(i), name + ": operand " + std::to_string(i + 1));
    inputs.push_back(handle.slot());
    metas.push_back(handle.meta());
    requires_grad = requires_grad || handle.requires_grad();
  }

  const Tensors results = infer(name, op, metas, params);
  const std::vector<SlotPtr> slots =
      enqueue(name, op, std::move(inputs), std::move(params), results.size(), Environment::of(info.Env()).channel->closing());
  Napi::Array made = Napi::Array::New(info.Env(), results.size());
  for (size_t i = 0; i < results.size(); i++) {
    made.Set(static_cast<uint32_t>(i),
             TensorHandle::create(info.Env(), {slots[i], results[i], records_gradient(name, requires_grad, results[i]), op.view}));
  }
  return made;
}

Napi::Value operations(const Napi::CallbackInfo& info) {
  Napi::Array names = Napi::Array::New(info.Env());
  for (const std::string& name : op_names()) names.Set(names.Length(), name);
  return names;
}

}  // namespace

void init_tensor_functions(Napi::Env env, Napi::Object exports) {
  exports.Set("apply", guarded_function<apply>(env, "apply"));
  exports.Set("operations", guarded_function<operations>(env, "operations"));
  exports.Set("mapFile", guarded_function<map_file>(env, "mapFile"));
  exports.Set("fromHost", guarded_function<from_host>(env, "fromHost"));
  exports.Set("toHost", guarded_function<to_host>(env, "toHost"));
}

}  // namespace autocircuit
