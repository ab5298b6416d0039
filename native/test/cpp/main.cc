#include <ATen/Parallel.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "check.h"
#include "operators/register.h"
#include "pretend_device/pretend_device.h"

int main(int count, char** arguments) {
  const char* filter = count > 1 ? arguments[1] : "";
  autocircuit::register_operators();
  autocircuit::test::open_pretend_device();
  at::set_num_threads(1);  // tiny tensors: threads would only wait for each other
  int run = 0, failed = 0;
  for (const auto& test : autocircuit::test::all()) {
    if (test.name.find(filter) == std::string::npos) continue;
    run++;
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
  std::printf("%d C++ tests, %d failed\n", run, failed);
  return failed > 0 || run == 0 ? 1 : 0;
}
