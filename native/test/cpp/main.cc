#include <ATen/Parallel.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "check.h"
#include "engine/cases.h"
#include "operators/register.h"
#include "pretend_device/pretend_device.h"
#include "runtime/memory.h"

// autocircuit_tests [FILTER] [--errors]: the tests whose names contain FILTER, and how far numbers were from the right ones in each number
// type. With AUTOCIRCUIT_POISON=1 all new memory holds NaN, so that who reads what nobody wrote fails.
int main(int count, char** arguments) {
  const bool shows_errors = count > 1 && std::strcmp(arguments[count - 1], "--errors") == 0;
  const char* filter = count > (shows_errors ? 2 : 1) ? arguments[1] : "";
  autocircuit::install_counting_allocator();
  autocircuit::register_operators();
  autocircuit::test::open_pretend_device();
  at::set_num_threads(1);  // tiny tensors: threads would only wait for each other
  int run = 0, failed = 0;
  for (const auto& test : autocircuit::test::all()) {
    if (test.name.find(filter) == std::string::npos) continue;
    run++;
    autocircuit::test::running_test() = test.name;
    try {
      test.body();
    } catch (const std::exception& error) {
      failed++;
      std::printf("FAILED %s\n  %s\n", test.name.c_str(), error.what());
    } catch (...) {
      failed++;
      std::printf("FAILED %s\n  an unknown exception\n", test.name.c_str());
    }
  }
  if (shows_errors) autocircuit::test::print_largest_errors();
  std::printf("%d C++ tests, %d failed\n", run, failed);
  return failed > 0 || run == 0 ? 1 : 0;
}
