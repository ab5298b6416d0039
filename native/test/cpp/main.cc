#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "check.h"
#include "operators/register.h"
#include "pretend_device/pretend_device.h"
#include "run_tests.h"

// autocircuit_tests [--jobs N] [FILTER]: runs the tests whose name contains FILTER, in N processes.
int main(int count, char** arguments) {
  int jobs = 1;
  const char* filter = "";
  for (int i = 1; i < count; i++) {
    if (std::strcmp(arguments[i], "--jobs") == 0 && i + 1 < count) jobs = std::atoi(arguments[++i]);
    else filter = arguments[i];
  }
  autocircuit::register_operators();
  autocircuit::test::open_pretend_device();
  at::set_num_threads(1);  // tiny tensors: threads would only wait for each other
  return autocircuit::test::run_tests(filter, jobs);
}
