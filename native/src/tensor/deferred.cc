#include "tensor/deferred.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <optional>

#include "runtime/executor.h"
#include "runtime/recording.h"

namespace autocircuit {

namespace {

// What a model on a device gave stays there; what meets it from the host joins it.
void bring_together(Tensors& values) {
  const auto away = std::find_if(values.begin(), values.end(), [](const at::Tensor& t) { return !t.is_cpu(); });
  if (away == values.end()) return;
  const c10::Device device = away->device();
  for (at::Tensor& value : values) value = value.to(device);
}

Tensors run(const Op& op, const std::vector<SlotPtr>& inputs, const Params& params) {
  Tensors values;
  values.reserve(inputs.size());
  for (const SlotPtr& input : inputs) values.push_back(input->get());
  std::optional<Recorded> recorded;
  if (std::any_of(values.begin(), values.end(), [](const at::Tensor& t) { return t.requires_grad(); })) recorded.emplace();
  if (!op.any_device) bring_together(values);
  return op.compute(values, params);
}

}  // namespace

std::vector<SlotPtr> enqueue(std::string name, const Op& op, std::vector<SlotPtr> inputs, Params params, size_t outputs,
                             CancelToken closing) {
  std::vector<SlotPtr> slots(outputs);
  for (SlotPtr& slot : slots) slot = std::make_shared<TensorSlot>();
  Executor::instance().post(
      [name = std::move(name), &op, inputs = std::move(inputs), params = std::move(params), slots, closing = std::move(closing)] {
        if (closing.cancelled()) return;
        try {
          const Tensors results = run(op, inputs, params);
          for (size_t i = 0; i < slots.size(); i++) slots[i]->value = results.at(i);
        } catch (...) {
          const Error error = describe(std::current_exception(), Stage::execution, name);
          for (const SlotPtr& slot : slots) slot->error = error;
        }
      });
  return slots;
}

void release(SlotPtr slot) {
  Executor::instance().post([slot = std::move(slot)]() mutable { slot.reset(); });
}

}  // namespace autocircuit
