#pragma once

#include <node_api.h>

#include <functional>
#include <memory>
#include <mutex>

#include "runtime/cancel.h"

namespace autocircuit {

// The way from the executor back to one Node environment (the main thread or a worker).
//
// While promises are outstanding it keeps that environment's event loop alive; otherwise it does not. When the
// environment is torn down the channel closes: its running work is cancelled, its queued work skipped, and nothing is
// delivered any more.
class Channel {
 public:
  using Delivery = std::function<void(napi_env)>;

  static std::shared_ptr<Channel> open(napi_env env);
  ~Channel();

  // Cancelled when the environment goes away; the parent of every job's token.
  const CancelToken& closing() const { return closing_; }

  // Runs `delivery` on the environment's thread; drops it when the channel is closed. Any thread.
  void deliver(Delivery delivery);

  // Count outstanding promises. Environment's thread.
  void begin();
  void end();

 private:
  static void call(napi_env env, napi_value callback, void* context, void* data);
  static void close(void* channel);

  napi_env env_ = nullptr;
  napi_threadsafe_function function_ = nullptr;
  std::mutex mutex_;
  bool open_ = false;
  int outstanding_ = 0;
  CancelToken closing_;
};

}  // namespace autocircuit
