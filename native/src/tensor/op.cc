#include "tensor/op.h"

#include <sstream>
#include <unordered_map>

#include "runtime/error.h"
#include "runtime/recording.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

using Table = std::unordered_map<std::string, Op>;

const Table& table() {
  static const Table all = [] {
    Table built;
    for (const OpEntries& entries : {elementwise_ops(), comparison_ops(), shape_ops(), indexing_ops(), reduction_ops(), ordering_ops(),
                                     creation_ops(), autograd_ops()}) {
      for (const auto& [name, op] : entries) built.emplace(name, op);
    }
    return built;
  }();
  return all;
}

// "matmul(float32[2, 3], float32[4, 5])": LibTorch's message alone often does not say which tensors met.
std::string call_text(const std::string& name, const Tensors& inputs) {
  std::ostringstream text;
  text << name << "(";
  const char* separator = "";
  for (const at::Tensor& input : inputs) {
    text << separator << dtype_name(input.scalar_type()) << "[";
    separator = "";
    for (const auto size : input.sizes()) {
      text << separator << size;
      separator = ", ";
    }
    text << "]";
    separator = ", ";
  }
  text << ")";
  return text.str();
}

}  // namespace

const Op& find_op(const std::string& name) {
  const auto found = table().find(name);
  if (found == table().end()) throw Error(ErrorCode::native, "there is no tensor operation '" + name + "'.");
  return found->second;
}

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const auto& [name, op] : table()) names.push_back(name);
  return names;
}

Tensors infer(const std::string& name, const Op& op, const Tensors& meta_inputs, const Params& params) {
  if (meta_inputs.size() < op.min_inputs || meta_inputs.size() > op.max_inputs) {
    throw Error(ErrorCode::bad_input, name + ": " + std::to_string(meta_inputs.size()) + " tensors were given.");
  }
  const Unrecorded unrecorded;
  try {
    return (op.infer ? op.infer : op.compute)(meta_inputs, params);
  } catch (...) {
    const Error error = describe(std::current_exception(), Stage::call);
    throw Error(error.code(), call_text(name, meta_inputs) + ": " + error.what());
  }
}

}  // namespace autocircuit
