#include "binding/channel.h"

#include "runtime/error.h"

namespace autocircuit {

std::shared_ptr<Channel> Channel::open(napi_env env) {
  auto channel = std::make_shared<Channel>();
  channel->env_ = env;
  napi_value name = nullptr;
  napi_create_string_utf8(env, "autocircuit", NAPI_AUTO_LENGTH, &name);
  const napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, &Channel::call, &channel->function_);
  if (status != napi_ok) throw Error(ErrorCode::addon, "Node refused to create a thread-safe function.");
  napi_unref_threadsafe_function(env, channel->function_);
  channel->open_ = true;
  // Hooks run in reverse order: this one before the one that frees the thread-safe function.
  // It owns a reference of its own, since the environment's data may be gone by then.
  napi_add_env_cleanup_hook(env, &Channel::close, new std::shared_ptr<Channel>(channel));
  return channel;
}

Channel::~Channel() = default;

void Channel::deliver(Delivery delivery) {
  auto task = std::make_unique<Delivery>(std::move(delivery));
  std::lock_guard lock(mutex_);
  if (!open_) return;
  if (napi_call_threadsafe_function(function_, task.get(), napi_tsfn_nonblocking) == napi_ok) task.release();
}

void Channel::begin() {
  if (outstanding_++ == 0) napi_ref_threadsafe_function(env_, function_);
}

void Channel::end() {
  if (--outstanding_ == 0) napi_unref_threadsafe_function(env_, function_);
}

void Channel::call(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Delivery> task(static_cast<Delivery*>(data));
  // Without an environment Node only drains its queue.
  if (env != nullptr) (*task)(env);
}

void Channel::close(void* data) {
  const std::unique_ptr<std::shared_ptr<Channel>> channel(static_cast<std::shared_ptr<Channel>*>(data));
  (*channel)->closing_.cancel();
  std::lock_guard lock((*channel)->mutex_);
  (*channel)->open_ = false;
}

}  // namespace autocircuit
