#pragma once

#include <napi.h>

#include <functional>

#include "runtime/cancel.h"

namespace autocircuit {

// Makes the value a promise resolves to. Runs on the environment's thread; captures plain C++ data only, since it may
// be destroyed on the executor.
using Convert = std::function<Napi::Value(Napi::Env)>;

// Runs on the executor. What it throws rejects the promise. `cancel` is cancelled by the caller's AbortSignal and when
// the environment goes away; it was checked once before the work began.
using Work = std::function<Convert(const CancelToken& cancel)>;

Napi::Promise run_async(Napi::Env env, Work work, const CancelToken& signal = CancelToken());

}  // namespace autocircuit
