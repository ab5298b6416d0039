#pragma once

#include <napi.h>

#include <memory>

#include "binding/channel.h"

namespace autocircuit {

// What the addon keeps per Node environment. Reached with Environment::of(env).
struct Environment {
  std::shared_ptr<Channel> channel;
  Napi::FunctionReference tensor_class;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }
};

}  // namespace autocircuit
