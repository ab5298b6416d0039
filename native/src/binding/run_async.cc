#include "binding/run_async.h"

#include <utility>

#include "binding/environment.h"
#include "binding/errors.h"
#include "runtime/error.h"
#include "runtime/executor.h"

namespace autocircuit {

namespace {

void settle(Napi::Env env, napi_deferred deferred, const Convert& convert) {
  try {
    try {
      const Napi::Value value = guarded(env, [&] { return convert(env); });
      napi_resolve_deferred(env, deferred, value);
    } catch (const Napi::Error& error) {
      napi_reject_deferred(env, deferred, error.Value());
    }
  } catch (const Napi::Error&) {
    // A worker that is being terminated makes no values and no errors any more, and nobody in it waits for them.
  }
}

Convert rejection(const Error& error) {
  return [error](Napi::Env) -> Napi::Value { throw Error(error); };
}

}  // namespace

Napi::Promise run_async(Napi::Env env, Work work, const CancelToken& signal) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) throw Error(ErrorCode::addon, "Node refused to make a promise.");

  const std::shared_ptr<Channel> channel = Environment::of(env).channel;
  channel->begin();
  const CancelToken cancel = signal.with_parent(channel->closing());
  Executor::instance().post([channel, deferred, cancel, work = std::move(work)]() mutable {
    Convert convert;
    try {
      cancel.check();
      convert = work(cancel);
    } catch (...) {
      convert = rejection(describe(std::current_exception(), Stage::execution));
    }
    // Free what the work held before anybody hears that it is done.
    work = nullptr;
    channel->deliver([channel, deferred, convert = std::move(convert)](napi_env raw) {
      settle(Napi::Env(raw), deferred, convert);
      channel->end();
    });
  });
  return Napi::Promise(env, promise);
}

}  // namespace autocircuit
