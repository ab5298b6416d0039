#pragma once

#include <napi.h>

namespace autocircuit {

// Adds openDevice, limitDeviceMemory and recordings to the exports.
void init_device_functions(Napi::Env env, Napi::Object exports);

}  // namespace autocircuit
