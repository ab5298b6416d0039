#include "binding/tensor_handle.h"

#include <ATen/ops/empty.h>

#include <utility>

#include "binding/environment.h"
#include "binding/errors.h"
#include "binding/told_memory.h"
#include "runtime/error.h"
#include "tensor/deferred.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

// Lets a handle be told from any other wrapped object, whatever its prototype was made to be.
constexpr napi_type_tag kTensorTag{0x6d0f7b2f1f6c4b7aULL, 0x9a54f2c8e1d34c06ULL};

}  // namespace

std::atomic<int64_t> TensorHandle::live_{0};

void TensorHandle::init(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor = DefineClass(env, "NativeTensor",
                                                 {
                                                     InstanceAccessor<&TensorHandle::get_shape>("shape"),
                                                     InstanceAccessor<&TensorHandle::get_dtype>("dtype"),
                                                     InstanceAccessor<&TensorHandle::get_requires_grad>("requiresGrad"),
                                                     InstanceMethod<&TensorHandle::dispose>("dispose"),
                                                 });
  Environment::of(env).tensor_class = Napi::Persistent(constructor);
  exports.Set("NativeTensor", constructor);
}

Napi::Object TensorHandle::create(Napi::Env env, Content content) {
  return Environment::of(env).tensor_class.New({Napi::External<Content>::New(env, &content)});
}

Napi::Object TensorHandle::create(Napi::Env env, at::Tensor value) {
  at::Tensor meta = at::empty(value.sizes(), value.options().device(at::kMeta).requires_grad(false));
  const bool requires_grad = value.requires_grad();
  auto slot = std::make_shared<TensorSlot>();
  slot->value = std::move(value);
  return create(env, {std::move(slot), std::move(meta), requires_grad, false});
}

TensorHandle& TensorHandle::from(const Napi::Value& value, const std::string& what) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTensorTag)) {
    throw Error(ErrorCode::bad_input, what + " is not a tensor.");
  }
  TensorHandle& handle = *Unwrap(value.As<Napi::Object>());
  if (!handle.slot()) throw Error(ErrorCode::disposed, what + " was disposed and can no longer be used.");
  return handle;
}

TensorHandle::TensorHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TensorHandle>(info) {
  guarded(info.Env(), [&] {
    if (info.Length() != 1 || !info[0].IsExternal()) throw Error(ErrorCode::bad_input, "tensors are made by functions, not by `new`.");
  });
  Value().TypeTag(&kTensorTag);
  content_ = std::move(*info[0].As<Napi::External<Content>>().Data());
  dtype_ = dtype_name(content_.meta.scalar_type());
  bytes_ = content_.view ? 0 : static_cast<int64_t>(content_.meta.numel() * content_.meta.element_size());
  live_++;
  ToldMemory::here().hold(info.Env(), bytes_);
}

void TensorHandle::Finalize(Napi::BasicEnv env) { let_go(env, /*collected=*/true); }

void TensorHandle::let_go(Napi::BasicEnv env, bool collected) {
  if (!content_.slot) return;
  live_--;
  ToldMemory::here().let_go(env, bytes_, collected);
  release(std::exchange(content_.slot, nullptr));
  content_.meta.reset();
}

Napi::Value TensorHandle::get_shape(const Napi::CallbackInfo& info) {
  Napi::Array shape = Napi::Array::New(info.Env());
  if (!content_.slot) return shape;
  uint32_t dim = 0;
  for (const auto size : content_.meta.sizes()) shape.Set(dim++, static_cast<double>(size));
  return shape;
}

Napi::Value TensorHandle::get_dtype(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), dtype_); }

Napi::Value TensorHandle::get_requires_grad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), content_.requires_grad);
}

Napi::Value TensorHandle::dispose(const Napi::CallbackInfo& info) {
  let_go(info.Env(), /*collected=*/false);
  return info.Env().Undefined();
}

}  // namespace autocircuit
