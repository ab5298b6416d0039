#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace autocircuit {

// The one thread that does arithmetic. Jobs run in the order in which they were posted.
//
// LibTorch keeps thread counts and the grad mode per thread, so everything that depends on them happens here.
// Nothing is recorded for gradients unless a job asks for it (`Recorded`).
class Executor {
 public:
  using Job = std::function<void()>;

  // One per process, shared by all Node environments (worker threads). Started on first use.
  static Executor& instance();

  Executor();
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Appends a job. What a job throws is swallowed: jobs report their errors themselves. After stop() it is dropped.
  void post(Job job);

  // True on the executor thread.
  bool here() const noexcept;

  // Threads LibTorch may use for one operation.
  int threads() const noexcept { return threads_.load(); }
  // Takes effect for jobs posted later.
  void set_threads(int count);

  // Drops what is queued and waits for the running job, but no longer than `patience`.
  // Returns false when the job was still running then; the thread is detached in that case.
  bool stop(std::chrono::milliseconds patience);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  bool finished_ = false;
  std::atomic<int> threads_{1};
  std::thread thread_;
};

}  // namespace autocircuit
