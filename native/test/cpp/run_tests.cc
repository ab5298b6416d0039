#include "run_tests.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

#ifndef _WIN32
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "check.h"

namespace autocircuit::test {
namespace {

enum class State { waiting, running, passed, failed };

// What processes tell each other about a test. Made by anonymous memory of zeros.
struct Outcome {
  std::atomic<State> state;
  std::atomic<int64_t> milliseconds;
};

// With random numbers that do not depend on which tests ran before in this process.
void run_one(const Test& test, Outcome& outcome) {
  const auto started = std::chrono::steady_clock::now();
  outcome.state = State::running;
  at::manual_seed(3);
  part() = {test.part, test.parts, 0};
  running_test() = test.name;
  std::string problem;
  try {
    test.body();
  } catch (const std::exception& error) {
    problem = error.what();
    if (problem.empty()) problem = "an exception without a word";
  } catch (...) {
    problem = "an unknown exception";
  }
  if (!problem.empty()) std::printf("FAILED %s\n  %s\n", test.name.c_str(), problem.c_str());
  std::fflush(stdout);
  using std::chrono::milliseconds;
  outcome.milliseconds = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - started).count();
  outcome.state = problem.empty() ? State::passed : State::failed;
}

int report(const std::vector<const Test*>& tests, const Outcome* outcomes) {
  std::vector<size_t> order(tests.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return outcomes[a].milliseconds > outcomes[b].milliseconds; });
  for (size_t i = 0; i < std::min<size_t>(3, order.size()); i++)
    if (outcomes[order[i]].milliseconds > 0)
      std::printf("%6.1f s  %s\n", outcomes[order[i]].milliseconds / 1e3, tests[order[i]]->name.c_str());
  const auto failed = std::count_if(outcomes, outcomes + tests.size(), [](const Outcome& o) { return o.state != State::passed; });
  std::printf("%zu C++ tests, %td failed\n", tests.size(), failed);
  return failed > 0 || tests.empty() ? 1 : 0;
}

#ifndef _WIN32
struct Shared {
  std::atomic<size_t> next;
  Outcome outcomes[1];
};

pid_t start(const std::vector<const Test*>& tests, Shared& shared) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child != 0) return child;
  for (size_t i = shared.next++; i < tests.size(); i = shared.next++) run_one(*tests[i], shared.outcomes[i]);
  // Not through `exit`: what the parent opened is the parent's to close.
  _exit(0);
}

int in_processes(const std::vector<const Test*>& tests, int jobs) {
  const size_t bytes = sizeof(Shared) + tests.size() * sizeof(Outcome);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw Failure("no shared memory for the processes of the tests");
  Shared& shared = *static_cast<Shared*>(memory);
  int running = 0;
  for (; running < jobs; running++)
    if (start(tests, shared) < 0) break;
  if (running == 0) throw Failure("no process could be started for the tests");
  for (int status; running > 0; running--) {
    wait(&status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    std::printf("FAILED: a process of the tests ended (%s %d) in one of:\n", WIFSIGNALED(status) ? "signal" : "exit code",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    for (size_t i = 0; i < tests.size(); i++)
      if (shared.outcomes[i].state == State::running) std::printf("  %s\n", tests[i]->name.c_str());
    if (start(tests, shared) > 0) running++;
  }
  return report(tests, shared.outcomes);
}
#endif

}  // namespace

int run_tests(const char* filter, int jobs) {
  std::vector<const Test*> tests;
  for (const Test& test : all())
    if (test.name.find(filter) != std::string::npos) tests.push_back(&test);
#ifndef _WIN32
  if (jobs > 1) return in_processes(tests, jobs);
#endif
  std::vector<Outcome> outcomes(tests.size());
  for (size_t i = 0; i < tests.size(); i++) run_one(*tests[i], outcomes[i]);
  return report(tests, outcomes.data());
}

}  // namespace autocircuit::test
