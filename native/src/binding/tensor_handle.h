#pragma once

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "tensor/slot.h"

namespace autocircuit {

// The JavaScript object of one tensor: shape and dtype now, the value in a slot that the executor fills.
class TensorHandle : public Napi::ObjectWrap<TensorHandle> {
 public:
  struct Content {
    SlotPtr slot;
    at::Tensor meta;     // shape and dtype, without data
    bool requires_grad;  // records gradients
    bool view;           // shares memory with another tensor, so it adds nothing to the process
  };

  static void init(Napi::Env env, Napi::Object exports);
  static Napi::Object create(Napi::Env env, Content content);
  // For a value that exists already.
  static Napi::Object create(Napi::Env env, at::Tensor value);

  // Throws Error bad_input when `value` is not a tensor handle, disposed when it was disposed. `what` names it.
  static TensorHandle& from(const Napi::Value& value, const std::string& what);

  // Handles that were neither disposed nor collected, in the whole process.
  static int64_t live() noexcept { return live_.load(); }

  explicit TensorHandle(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

  const SlotPtr& slot() const { return content_.slot; }
  const at::Tensor& meta() const { return content_.meta; }
  bool requires_grad() const { return content_.requires_grad; }

 private:
  void let_go(Napi::BasicEnv env, bool collected);
  Napi::Value get_shape(const Napi::CallbackInfo& info);
  Napi::Value get_dtype(const Napi::CallbackInfo& info);
  Napi::Value get_requires_grad(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  static std::atomic<int64_t> live_;

  Content content_;
  std::string dtype_;
  int64_t bytes_ = 0;
};

}  // namespace autocircuit
