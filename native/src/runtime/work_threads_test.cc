#include "runtime/work_threads.h"

#include <ATen/Parallel.h>

#include "check.h"

using namespace autocircuit;

TEST("little work runs on one thread, much on as many as there may be, and then all is as before") {
  const int before = at::get_num_threads();
  at::set_num_threads(4);
  {
    const WorkThreads little(1e6);
    CHECK_EQUAL(at::get_num_threads(), 1);
  }
  CHECK_EQUAL(at::get_num_threads(), 4);
  {
    const WorkThreads some(70e6);
    CHECK_EQUAL(at::get_num_threads(), 2);
    const WorkThreads inside(1e12);
    CHECK_EQUAL(at::get_num_threads(), 2);
  }
  const WorkThreads much(1e12);
  CHECK_EQUAL(at::get_num_threads(), 4);
  at::set_num_threads(before);
}
