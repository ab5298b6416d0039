#include <ATen/Parallel.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "gpu.h"
#include "operators/register.h"
#include "pretend_device/pretend_device.h"

// autocircuit_tests [FILTER] [--cuda LIBTORCH_CUDA [LIBRARY]]
// With --cuda the kernels and the engine are tested on the first GPU, by that library of kernels, or by LibTorch's operators.
namespace {

struct Arguments {
  std::string filter, libtorch_cuda, library;
};

Arguments read(int count, char** values) {
  Arguments arguments;
  std::vector<std::string*> places{&arguments.filter};
  for (int i = 1, next = 0; i < count; i++) {
    if (std::string_view(values[i]) == "--cuda") places = {&arguments.libtorch_cuda, &arguments.library}, next = 0;
    else if (next < static_cast<int>(places.size())) *places[next++] = values[i];
  }
  return arguments;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = read(count, values);
  autocircuit::register_operators();
  if (arguments.libtorch_cuda.empty()) {
    autocircuit::test::open_pretend_device();
  } else {
    try {  // without the pretend device, which LibTorch would take for its one accelerator
      autocircuit::test::open_gpu(arguments.libtorch_cuda, arguments.library);
    } catch (const std::exception& error) {
      std::printf("The GPU cannot be tested: %s\n", error.what());
      return 1;
    }
    std::printf("on %s, %s\n", autocircuit::test::gpu()->str().c_str(), arguments.library.empty() ? "LibTorch's operators" : "kernels");
  }
  at::set_num_threads(1);  // tiny tensors: threads would only wait for each other
  int run = 0, failed = 0;
  for (const auto& test : autocircuit::test::all()) {
    if (test.name.find(arguments.filter) == std::string::npos) continue;
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
    std::fflush(stdout);  // a crash in the next one must not take this along
  }
  std::printf("%d C++ tests, %d failed\n", run, failed);
  return failed > 0 || run == 0 ? 1 : 0;
}
