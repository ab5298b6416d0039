#include "runtime/executor.h"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <future>
#include <stdexcept>
#include <vector>

#include "check.h"

using autocircuit::Executor;

namespace {

template <class F>
auto on(Executor& executor, F job) {
  using Result = decltype(job());
  auto result = std::make_shared<std::promise<Result>>();
  auto future = result->get_future();
  executor.post([result, job] { result->set_value(job()); });
  return future.get();
}

}  // namespace

TEST("executor runs jobs in order, on one thread of its own") {
  Executor executor;
  std::vector<int> order;
  for (int i = 0; i < 100; i++) executor.post([&order, i] { order.push_back(i); });
  CHECK(on(executor, [&] { return executor.here(); }));
  CHECK(!executor.here());
  CHECK_EQUAL(order.size(), 100u);
  for (int i = 0; i < 100; i++) CHECK_EQUAL(order[i], i);
}

TEST("executor survives a job that throws") {
  Executor executor;
  executor.post([] { throw std::runtime_error("lost"); });
  executor.post([] { throw 7; });
  CHECK_EQUAL(on(executor, [] { return 1; }), 1);
}

TEST("executor keeps gradients off and applies the number of threads") {
  Executor executor;
  CHECK(!on(executor, [] { return c10::GradMode::is_enabled(); }));
  executor.set_threads(1);
  CHECK_EQUAL(on(executor, [] { return at::get_num_threads(); }), 1);
  CHECK_EQUAL(executor.threads(), 1);
}

TEST("executor drops what is queued when it stops") {
  Executor executor;
  std::promise<void> started;
  std::promise<void> go;
  bool ran = false;
  executor.post([&] {
    started.set_value();
    go.get_future().wait();
  });
  executor.post([&ran] { ran = true; });
  started.get_future().wait();
  CHECK(!executor.stop(std::chrono::milliseconds(1)));
  go.set_value();
  executor.post([&ran] { ran = true; });
  // The thread was detached: wait until it is really gone before `executor` dies.
  CHECK(executor.stop(std::chrono::seconds(10)));
  CHECK(!ran);
}
