#pragma once

#include <string>
#include <vector>

#include "runtime/cancel.h"
#include "tensor/op.h"
#include "tensor/slot.h"

namespace autocircuit {

// Posts an operation to the executor: reads `inputs`, fills the returned slots (`outputs` of them) with its results or
// with its error. Gradients are recorded when an input requires them. Skipped when `closing` was cancelled.
std::vector<SlotPtr> enqueue(std::string name, const Op& op, std::vector<SlotPtr> inputs, Params params, size_t outputs,
                             CancelToken closing);

// Frees a slot on the executor, after everything that was enqueued before.
void release(SlotPtr slot);

}  // namespace autocircuit
