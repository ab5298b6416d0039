#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "engine/cases.h"
#include "gpu.h"
#include "operators/register.h"
#include "pretend_device/pretend_device.h"
#include "run_tests.h"
#include "runtime/memory.h"

// autocircuit_tests [FILTER] [--jobs N] [--errors] [--cuda LIBTORCH_CUDA [LIBRARY]]
// Runs the tests whose names contain FILTER, in N processes. --errors: in this process, and then how far numbers were from the right ones
// in each number type. With --cuda the kernels and the engine are tested on the first GPU, by that library of kernels, or by LibTorch's
// operators; a GPU belongs to one process. With AUTOCIRCUIT_POISON=1 all new memory holds NaN, so that who reads what nobody wrote fails.
namespace {

struct Arguments {
  std::string filter, jobs = "1", libtorch_cuda, library;
  bool errors = false;
};

Arguments read(int count, char** values) {
  Arguments arguments;
  std::vector<std::string*> places{&arguments.filter};
  for (int i = 1, next = 0; i < count; i++) {
    if (std::string_view(values[i]) == "--cuda") places = {&arguments.libtorch_cuda, &arguments.library}, next = 0;
    else if (std::string_view(values[i]) == "--errors") arguments.errors = true;
    else if (std::string_view(values[i]) == "--jobs" && i + 1 < count) arguments.jobs = values[++i];
    else if (next < static_cast<int>(places.size())) *places[next++] = values[i];
  }
  return arguments;
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments = read(count, values);
  const bool on_gpu = !arguments.libtorch_cuda.empty();
  autocircuit::install_counting_allocator();
  autocircuit::register_operators();
  if (!on_gpu) {
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
  const bool in_one = on_gpu || arguments.errors;
  const int code = autocircuit::test::run_tests(arguments.filter.c_str(), in_one ? 1 : std::atoi(arguments.jobs.c_str()));
  if (arguments.errors) autocircuit::test::print_largest_errors();
  return code;
}
