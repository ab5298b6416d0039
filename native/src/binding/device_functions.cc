#include "binding/device_functions.h"

#include <optional>
#include <string>

#include "binding/arguments.h"
#include "binding/errors.h"
#include "binding/fields.h"
#include "binding/run_async.h"
#include "devices/recorder.h"
#include "operators/open_device.h"
#include "runtime/error.h"

namespace autocircuit {

namespace {

// openDevice("cuda", { libtorchCuda, library? }) or openDevice("library", { library }) -> { count, kernels, cuda?, devices }
Napi::Value open_device(const Napi::CallbackInfo& info) {
  const std::string kind = to_string(info[0], "the kind of device");
  const Fields files(info[1], "files");
  const auto file = [&](const char* name) { return to_string(files.get(name), files.path(name)); };
  OpenedDevices opened;
  if (kind == "cuda") opened = open_cuda(file("libtorchCuda"), files.has("library") ? std::optional(file("library")) : std::nullopt);
  else if (kind == "library") opened = open_device_of(file("library"));
  else throw Error(ErrorCode::bad_input, "'" + kind + "' is no kind of device that can be opened; there are cuda and library.");
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("count", opened.count);
  result.Set("kernels", opened.kernels);
  if (!opened.cuda.empty()) result.Set("cuda", opened.cuda);
  Napi::Array devices = Napi::Array::New(info.Env());
  for (const DeviceFacts& facts : opened.devices) {
    Napi::Object device = Napi::Object::New(info.Env());
    device.Set("name", facts.name);
    device.Set("capability", std::to_string(facts.major) + "." + std::to_string(facts.minor));
    device.Set("totalBytes", static_cast<double>(facts.total_bytes));
    device.Set("freeBytes", static_cast<double>(facts.free_bytes));
    devices.Set(devices.Length(), device);
  }
  result.Set("devices", devices);
  return result;
}

// limitDeviceMemory(device, bytes)
Napi::Value limit_memory(const Napi::CallbackInfo& info) {
  limit_device_memory(find_device(to_string(info[0], "the device")), to_integer(info[1], "the number of bytes"));
  return info.Env().Undefined();
}

// recordings() -> promise of { recorded, replayed, failed, failure? }
Napi::Value recordings(const Napi::CallbackInfo& info) {
  return run_async(info.Env(), [](const CancelToken&) -> Convert {
    return [counts = recording_counts()](Napi::Env env) -> Napi::Value {
      Napi::Object result = Napi::Object::New(env);
      result.Set("recorded", static_cast<double>(counts.recorded));
      result.Set("replayed", static_cast<double>(counts.replayed));
      result.Set("failed", static_cast<double>(counts.failed));
      if (!counts.failure.empty()) result.Set("failure", counts.failure);
      return result;
    };
  });
}

}  // namespace

void init_device_functions(Napi::Env env, Napi::Object exports) {
  exports.Set("openDevice", guarded_function<open_device>(env, "openDevice"));
  exports.Set("limitDeviceMemory", guarded_function<limit_memory>(env, "limitDeviceMemory"));
  exports.Set("recordings", guarded_function<recordings>(env, "recordings"));
}

}  // namespace autocircuit
