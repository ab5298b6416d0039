#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <future>

#include "check.h"
#include "gpu.h"
#include "pretend_device/pretend_device.h"
#include "runtime/executor.h"
#include "tensor/deferred.h"

namespace autocircuit::test {
namespace {

SlotPtr slot_of(const at::Tensor& value) {
  auto slot = std::make_shared<TensorSlot>();
  slot->value = value;
  return slot;
}

// Runs an operation as a call from JavaScript does, and waits for it.
Tensors run(const std::string& name, const std::vector<at::Tensor>& inputs, size_t outputs = 1, Params params = {}) {
  std::vector<SlotPtr> slots;
  for (const at::Tensor& input : inputs) slots.push_back(slot_of(input));
  const std::vector<SlotPtr> results = enqueue(name, find_op(name), slots, std::move(params), outputs, CancelToken());
  std::promise<void> done;
  Executor::instance().post([&] { done.set_value(); });
  done.get_future().wait();
  Tensors values;
  for (const SlotPtr& result : results) values.push_back(result->get());
  return values;
}

at::Device another_device() { return gpu().value_or(pretend_device()); }

}  // namespace

TEST("a tensor of the host joins one of a device") {
  const at::Tensor there = at::arange(6, at::kFloat).view({2, 3}).to(another_device()), here = at::ones({2, 3});
  for (const auto& inputs : {std::vector<at::Tensor>{there, here}, std::vector<at::Tensor>{here, there}}) {
    const at::Tensor sum = run("add", inputs)[0];
    CHECK(sum.device() == another_device());
    CHECK(sum.to(at::kCPU).equal(at::arange(6, at::kFloat).view({2, 3}) + 1));
  }
}

TEST("the gradient of a number on a device by a leaf on the host lies on the host") {
  const at::AutoGradMode record(true);
  const at::Tensor leaf = at::full({3}, 2.0f).requires_grad_();
  const at::Tensor loss = (leaf.to(another_device()) * leaf.to(another_device())).sum();
  const at::Tensor gradient = run("grad", {loss, leaf}, 1, Params(std::vector<Param>{false}))[0];
  CHECK(gradient.is_cpu());
  CHECK(gradient.equal(at::full({3}, 4.0f)));
}

}  // namespace autocircuit::test
