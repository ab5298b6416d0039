#include "binding/runtime_functions.h"

#include <string>

#include "binding/arguments.h"
#include "binding/cancel_handle.h"
#include "binding/errors.h"
#include "binding/run_async.h"
#include "binding/tensor_handle.h"
#include "devices/gpus.h"
#include "kernels/panel_use.h"
#include "kernels/processor.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "runtime/loaded_libtorch.h"
#include "runtime/memory.h"

namespace autocircuit {

namespace {

Convert nothing() {
  return [](Napi::Env env) -> Napi::Value { return env.Undefined(); };
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  return run_async(info.Env(), [](const CancelToken&) -> Convert {
    const TensorMemory tensors = tensor_memory();
    const ProcessMemory process = process_memory();
    const DeviceMemory device = device_memory();
    return [tensors, process, device](Napi::Env env) -> Napi::Value {
      Napi::Object result = Napi::Object::New(env);
      result.Set("tensorBytes", static_cast<double>(tensors.bytes));
      result.Set("peakTensorBytes", static_cast<double>(tensors.peak_bytes));
      result.Set("tensors", static_cast<double>(TensorHandle::live()));
      result.Set("rssBytes", static_cast<double>(process.rss_bytes));
      result.Set("peakMemoryBytes", static_cast<double>(process.peak_memory_bytes));
      result.Set("deviceBytes", static_cast<double>(device.bytes));
      result.Set("peakDeviceBytes", static_cast<double>(device.peak_bytes));
      return result;
    };
  });
}

Napi::Value reset_peak(const Napi::CallbackInfo& info) {
  return run_async(info.Env(), [](const CancelToken&) -> Convert {
    reset_peak_tensor_memory();
    reset_peak_process_memory();
    reset_peak_device_memory();
    return nothing();
  });
}

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), Executor::instance().threads()); }

Napi::Value set_threads(const Napi::CallbackInfo& info) {
  const int64_t count = to_integer(info[0], "the number of threads");
  if (count < 1 || count > 4096) throw Error(ErrorCode::bad_input, "the number of threads must be between 1 and 4096.");
  Executor::instance().set_threads(static_cast<int>(count));
  return run_async(info.Env(), [](const CancelToken&) { return nothing(); });
}

Napi::Value set_products(const Napi::CallbackInfo& info) {
  const std::string name = to_string(info[0], "the way of products");
  return run_async(info.Env(), [name](const CancelToken&) {
    choose_panel_use(name);
    return nothing();
  });
}

Napi::Value synchronize(const Napi::CallbackInfo& info) {
  return run_async(info.Env(), [](const CancelToken&) {
    wait_for_devices();
    return nothing();
  });
}

// The codes that errors of the addon may have.
Napi::Value error_codes(const Napi::CallbackInfo& info) {
  const std::vector<std::string> names = error_code_names();
  Napi::Array codes = Napi::Array::New(info.Env(), names.size());
  for (uint32_t i = 0; i < codes.Length(); i++) codes.Set(i, names[i]);
  return codes;
}

Napi::Value versions(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("addon", AUTOCIRCUIT_VERSION);
  result.Set("libtorch", loaded_libtorch());
  result.Set("builtWith", LIBTORCH_VERSION);
  result.Set("napi", std::to_string(NAPI_VERSION));
#if defined(__clang__)
  result.Set("compiler", "clang " __clang_version__);
#else
  result.Set("compiler", "gcc " __VERSION__);
#endif
  return result;
}

// Which of the CPU's kernels are used, and why.
Napi::Value processor_facts(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Processor& chosen = processor();
  Napi::Array sets = Napi::Array::New(env, chosen.sets.size());
  for (uint32_t i = 0; i < chosen.sets.size(); i++) sets.Set(i, chosen.sets[i]);
  Napi::Object result = Napi::Object::New(env);
  result.Set("sets", sets);
  result.Set("used", chosen.used);
  result.Set("why", chosen.why);
  result.Set("products", panel_use_text());
  return result;
}

}  // namespace

void init_runtime_functions(Napi::Env env, Napi::Object exports) {
  CancelHandle::init(env, exports);
  exports.Set("memory", guarded_function<memory>(env, "memory"));
  exports.Set("resetPeak", guarded_function<reset_peak>(env, "resetPeak"));
  exports.Set("threads", guarded_function<threads>(env, "threads"));
  exports.Set("setThreads", guarded_function<set_threads>(env, "setThreads"));
  exports.Set("setProducts", guarded_function<set_products>(env, "setProducts"));
  exports.Set("synchronize", guarded_function<synchronize>(env, "synchronize"));
  exports.Set("processor", guarded_function<processor_facts>(env, "processor"));
  exports.Set("errorCodes", guarded_function<error_codes>(env, "errorCodes"));
  exports.Set("versions", guarded_function<versions>(env, "versions"));
}

}  // namespace autocircuit
