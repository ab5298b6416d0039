#pragma once

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <utility>

#include "operators/table.h"

// The operators of table.h by LibTorch's dispatcher, which picks who computes by where the tensors are: kernels of our own on the CPU
// and, where its library is loaded, on the GPU; LibTorch's operators on every other device. Not recorded for autograd.
namespace autocircuit::dispatched {

template <class Signature>
c10::TypedOperatorHandle<Signature> find(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

#define DISPATCHED_OPERATOR(name, schema, type)                                             \
  inline constexpr auto name = [](auto&&... arguments) {                                    \
    static const auto found = find<::autocircuit::signatures::name>("autocircuit::" #name); \
    const at::AutoDispatchBelowADInplaceOrView no_autograd;                                 \
    return found.call(std::forward<decltype(arguments)>(arguments)...);                     \
  };
AUTOCIRCUIT_OPERATORS(DISPATCHED_OPERATOR)
#undef DISPATCHED_OPERATOR

}  // namespace autocircuit::dispatched
