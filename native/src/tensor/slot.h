#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>

#include "runtime/error.h"

namespace autocircuit {

// Where a deferred operation puts its result. Belongs to the executor thread: it alone reads and writes `value` and
// `error`, except that a creator may fill `value` before it hands the slot over.
struct TensorSlot {
  at::Tensor value;
  std::optional<Error> error;

  // The tensor, or the error of the operation that should have made it: errors poison what depends on them.
  const at::Tensor& get() const {
    if (error) throw Error(*error);
    return value;
  }
};

using SlotPtr = std::shared_ptr<TensorSlot>;

}  // namespace autocircuit
