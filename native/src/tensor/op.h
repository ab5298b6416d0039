#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tensor/params.h"

namespace autocircuit {

using Tensors = std::vector<at::Tensor>;

// A tensor operation by name. `infer` gives shape and dtype of the result from tensors on the meta device (no data);
// it runs when the operation is called, `compute` later on the executor. Without `infer`, `compute` does both:
// LibTorch brings a meta kernel for most operations, the others name theirs here.
struct Op {
  using Function = Tensors (*)(const Tensors&, const Params&);

  size_t min_inputs;
  size_t max_inputs;
  Function compute;
  Function infer = nullptr;
  bool view = false;        // shares memory with its first input
  bool any_device = false;  // its inputs are not computed with together, so they may lie on several devices
};

using OpEntry = std::pair<const char*, Op>;
using OpEntries = std::vector<OpEntry>;

OpEntries elementwise_ops();
OpEntries comparison_ops();
OpEntries shape_ops();
OpEntries indexing_ops();
OpEntries reduction_ops();
OpEntries ordering_ops();
OpEntries creation_ops();
OpEntries autograd_ops();

// Throws Error native when there is no such operation.
const Op& find_op(const std::string& name);
std::vector<std::string> op_names();

// Shapes and dtypes of the results, as meta tensors. Throws Error with code shape, dtype or bad-input.
Tensors infer(const std::string& name, const Op& op, const Tensors& meta_inputs, const Params& params);

}  // namespace autocircuit
