#pragma once

#include <napi.h>

#include <exception>

#include "runtime/error.h"

namespace autocircuit {

// A JavaScript Error with the property `code`; native/lib turns it into an AutocircuitError.
Napi::Error to_js_error(Napi::Env env, const Error& error);

// Runs the body of an entry point. Whatever it throws becomes a JavaScript exception: nothing may reach Node's C code.
template <class Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw to_js_error(env, describe(std::current_exception(), Stage::call));
  }
}

// A JavaScript function around `F`, guarded.
template <Napi::Value (*F)(const Napi::CallbackInfo&)>
Napi::Function guarded_function(Napi::Env env, const char* name) {
  return Napi::Function::New(env, [](const Napi::CallbackInfo& info) { return guarded(info.Env(), [&] { return F(info); }); }, name);
}

}  // namespace autocircuit
