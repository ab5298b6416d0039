#pragma once

namespace autocircuit {

// While it lives, operations of this thread use as many threads as their work is worth, at most as many as before. Waking a thread and
// waiting for it takes some ten microseconds an operation, in which one thread multiplies a million times.
class WorkThreads {
 public:
  // `multiplications`: of about a dozen operations.
  explicit WorkThreads(double multiplications);
  ~WorkThreads();
  WorkThreads(const WorkThreads&) = delete;
  WorkThreads& operator=(const WorkThreads&) = delete;

 private:
  const int before_;
  const int during_;
};

}  // namespace autocircuit
