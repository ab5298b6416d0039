#include <napi.h>

#include "binding/device_functions.h"
#include "binding/engine_functions.h"
#include "binding/environment.h"
#include "binding/errors.h"
#include "binding/runtime_functions.h"
#include "binding/tensor_functions.h"
#include "binding/tensor_handle.h"
#include "runtime/memory.h"

namespace autocircuit {

namespace {

Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
  return guarded(env, [&] {
    install_counting_allocator();
    auto* environment = new Environment();
    env.SetInstanceData(environment);
    environment->channel = Channel::open(env);
    TensorHandle::init(env, exports);
    init_tensor_functions(env, exports);
    init_runtime_functions(env, exports);
    init_engine_functions(env, exports);
    init_device_functions(env, exports);
    return exports;
  });
}

}  // namespace

// Node-API's macro builds a name from the function's, so it cannot take a qualified one.
Napi::Object initialize(Napi::Env env, Napi::Object exports) { return init_addon(env, exports); }

}  // namespace autocircuit

using autocircuit::initialize;
NODE_API_MODULE(autocircuit, initialize)
