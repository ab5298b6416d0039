#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/error.h"
#include "runtime/executor.h"

namespace autocircuit {

// A C++ object that the executor makes later, or the error it met. Belongs to the executor thread.
template <class T>
struct Pending {
  std::shared_ptr<T> value;
  std::optional<Error> error;

  const std::shared_ptr<T>& get() const {
    if (error) throw Error(*error);
    return value;
  }
};

template <class T>
using PendingPtr = std::shared_ptr<Pending<T>>;

// One per boxed type, so that JavaScript cannot pass a prefix where an ablation belongs.
template <class T>
struct BoxTag;

// Boxes are opaque JavaScript values that own a Pending<T>. It is freed on the executor when the box is emptied
// (`dispose`) or collected.
struct Box {
  std::shared_ptr<void> content;

  void empty() {
    if (!content) return;
    Executor::instance().post([content = std::exchange(content, nullptr)]() mutable { content.reset(); });
  }
};

template <class T>
Napi::Value make_box(Napi::Env env, PendingPtr<T> content) {
  auto* box = new Box{std::move(content)};
  auto external = Napi::External<Box>::New(env, box, [](Napi::BasicEnv, Box* owned) {
    owned->empty();
    delete owned;
  });
  external.TypeTag(&BoxTag<T>::tag);
  return external;
}

// Throws Error bad_input when `value` is not a box of T, disposed when it was emptied. `what` names it.
template <class T>
PendingPtr<T> unbox(const Napi::Value& value, const std::string& what) {
  if (!value.IsExternal() || !value.As<Napi::External<Box>>().CheckTypeTag(&BoxTag<T>::tag)) {
    throw Error(ErrorCode::bad_input, what + " has the wrong type.");
  }
  const auto& content = value.As<Napi::External<Box>>().Data()->content;
  if (!content) throw Error(ErrorCode::disposed, what + " was disposed and can no longer be used.");
  return std::static_pointer_cast<Pending<T>>(content);
}

}  // namespace autocircuit
