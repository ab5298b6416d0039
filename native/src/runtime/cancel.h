#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "runtime/error.h"

namespace autocircuit {

// A shared flag that asks a job to stop. Copies look at the same flag; any thread may use them.
// A child made by `with_parent` also stops when its parent is cancelled (the environment that is being torn down).
class CancelToken {
 public:
  CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

  void cancel() const noexcept { flag_->store(true, std::memory_order_relaxed); }

  bool cancelled() const noexcept {
    return flag_->load(std::memory_order_relaxed) || (parent_ && parent_->load(std::memory_order_relaxed));
  }

  // A cancellation point. Throws Error aborted.
  void check() const {
    if (cancelled()) throw Error(ErrorCode::aborted, "The operation was aborted by its signal.");
  }

  CancelToken with_parent(const CancelToken& parent) const {
    CancelToken token = *this;
    token.parent_ = parent.flag_;
    return token;
  }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
  std::shared_ptr<std::atomic<bool>> parent_;
};

}  // namespace autocircuit
