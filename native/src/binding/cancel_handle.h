#pragma once

#include <napi.h>

#include "runtime/cancel.h"

namespace autocircuit {

// `new CancelToken()` in JavaScript: passed to long work, `cancel()` asks that work to stop.
class CancelHandle : public Napi::ObjectWrap<CancelHandle> {
 public:
  static void init(Napi::Env env, Napi::Object exports);

  // The token behind `value`, or one that is never cancelled when `value` is left out. Throws Error bad_input.
  static CancelToken token(const Napi::Value& value);

  explicit CancelHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value cancel(const Napi::CallbackInfo& info);

  CancelToken token_;
};

}  // namespace autocircuit
