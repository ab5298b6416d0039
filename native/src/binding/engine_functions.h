#pragma once

#include <napi.h>

namespace autocircuit {

// Adds `createTransformer`, `withAutoencoders`, `decoderMeans`, `headGradients`, `transformerReady`, `createAblation`, `createGraph`,
// `forward` and `disposeBox`.
void init_engine_functions(Napi::Env env, Napi::Object exports);

// forward(transformer, request, token?) -> promise of what the request asked for.
Napi::Value forward(const Napi::CallbackInfo& info);

}  // namespace autocircuit
