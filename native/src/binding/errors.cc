#include "binding/errors.h"

namespace autocircuit {

Napi::Error to_js_error(Napi::Env env, const Error& error) {
  Napi::Error result = Napi::Error::New(env, error.what());
  result.Value().Set("code", name_of(error.code()));
  return result;
}

}  // namespace autocircuit
