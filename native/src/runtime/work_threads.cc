#include "runtime/work_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace autocircuit {

namespace {

constexpr double worth_a_thread = 32e6;

}  // namespace

WorkThreads::WorkThreads(double multiplications)
    : before_(at::get_num_threads()),
      during_(static_cast<int>(std::clamp(multiplications / worth_a_thread, 1.0, static_cast<double>(before_)))) {
  if (during_ != before_) at::set_num_threads(during_);
}

WorkThreads::~WorkThreads() {
  if (during_ != before_) at::set_num_threads(before_);
}

}  // namespace autocircuit
