#include "runtime/memory.h"

#include <ATen/ATen.h>

#include "check.h"

using namespace autocircuit;

TEST("tensor memory is counted, with its peak") {
  install_counting_allocator();
  const auto before = tensor_memory().bytes;
  {
    const at::Tensor tensor = at::ones({1000}, at::kDouble);
    CHECK_EQUAL(tensor_memory().bytes - before, 8000);
    CHECK_EQUAL(reinterpret_cast<std::uintptr_t>(tensor.data_ptr()) % 64, 0u);
  }
  CHECK_EQUAL(tensor_memory().bytes, before);
  CHECK(tensor_memory().peak_bytes >= before + 8000);
  reset_peak_tensor_memory();
  CHECK_EQUAL(tensor_memory().peak_bytes, before);
}

TEST("tensors that grow and empty tensors work with the counting allocator") {
  install_counting_allocator();
  const auto before = tensor_memory().bytes;
  {
    at::Tensor tensor = at::arange(10);
    tensor.resize_({1000});
    CHECK_EQUAL(tensor[9].item<int64_t>(), 9);
    CHECK_EQUAL(at::empty({0}).numel(), 0);
  }
  CHECK_EQUAL(tensor_memory().bytes, before);
}

TEST("process memory is known") {
  const ProcessMemory memory = process_memory();
  CHECK(memory.rss_bytes > 1 << 20);
  CHECK(memory.peak_memory_bytes >= memory.rss_bytes / 2);
}
