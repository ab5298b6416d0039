#pragma once

#include <napi.h>

namespace autocircuit {

// Adds `memory()`, `resetPeak()`, `threads()`, `setThreads(n)`, `synchronize()`, `processor()`, `versions()` and the class CancelToken.
void init_runtime_functions(Napi::Env env, Napi::Object exports);

}  // namespace autocircuit
