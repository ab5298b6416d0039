#include "binding/cancel_handle.h"

#include "binding/arguments.h"
#include "runtime/error.h"

namespace autocircuit {

namespace {

constexpr napi_type_tag kCancelTag{0x2f3a1c9e77d84b12ULL, 0xb1c64e0f5a9d8e73ULL};

}  // namespace

void CancelHandle::init(Napi::Env env, Napi::Object exports) {
  exports.Set("CancelToken", DefineClass(env, "CancelToken", {InstanceMethod<&CancelHandle::cancel>("cancel")}));
}

CancelToken CancelHandle::token(const Napi::Value& value) {
  if (is_missing(value)) return CancelToken();
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kCancelTag)) {
    throw Error(ErrorCode::bad_input, "the signal is not a CancelToken.");
  }
  return Unwrap(value.As<Napi::Object>())->token_;
}

CancelHandle::CancelHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CancelHandle>(info) { Value().TypeTag(&kCancelTag); }

Napi::Value CancelHandle::cancel(const Napi::CallbackInfo& info) {
  token_.cancel();
  return info.Env().Undefined();
}

}  // namespace autocircuit
