#include "runtime/executor.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "runtime/memory.h"
#include "runtime/recording.h"

namespace autocircuit {

namespace {

constexpr std::chrono::seconds exit_patience{20};
// So long after its last job the thread gives idle memory back: between the passes of a run less time goes by.
constexpr std::chrono::seconds rests_after{10};

// `process.exit()` runs no environment cleanup hooks: without this the thread would go on while LibTorch's statics are
// destroyed. Registered after LibTorch was loaded, so it runs before LibTorch's own exit handlers.
void stop_at_exit() { Executor::instance().stop(exit_patience); }

}  // namespace

Executor& Executor::instance() {
  // Never destroyed: handles that are finalized late must still find it.
  static Executor* executor = [] {
    auto* created = new Executor();
    std::atexit(stop_at_exit);
    return created;
  }();
  return *executor;
}

Executor::Executor() {
  threads_ = at::get_num_threads();
  thread_ = std::thread([this] { loop(); });
}

Executor::~Executor() { stop(exit_patience); }

void Executor::post(Job job) {
  {
    std::lock_guard lock(mutex_);
    // A dropped job is destroyed here by the caller, outside the lock.
    if (stopping_) return;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

bool Executor::here() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

void Executor::set_threads(int count) {
  threads_ = std::max(1, count);
  post([count = threads_.load()] { at::set_num_threads(count); });
}

bool Executor::stop(std::chrono::milliseconds patience) {
  std::deque<Job> dropped;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  dropped.swap(queue_);
  wake_.notify_all();
  const bool ended = ended_.wait_for(lock, patience, [this] { return finished_; });
  lock.unlock();
  if (thread_.joinable()) {
    if (ended) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }
  return ended;
}

void Executor::loop() {
  at::set_num_threads(threads_);
  const Unrecorded unrecorded;
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      const auto asked = [this] { return stopping_ || !queue_.empty(); };
      if (!wake_.wait_for(lock, rests_after, asked)) {
        lock.unlock();
        release_idle_memory();
        lock.lock();
        wake_.wait(lock, asked);
      }
      if (stopping_) break;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      job();
    } catch (...) {
      // A job without anybody to tell. Nothing may leave this thread: it would end the process.
    }
  }
  std::lock_guard lock(mutex_);
  finished_ = true;
  ended_.notify_all();
}

}  // namespace autocircuit
