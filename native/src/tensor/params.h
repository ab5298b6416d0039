#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace autocircuit {

// What an operation takes besides tensors: nothing (left out), a number, a flag, a list of whole numbers, a name.
using Param = std::variant<std::monostate, double, bool, std::vector<int64_t>, std::string>;

// Checked access to an operation's parameters. Every getter throws Error bad_input when the kind does not fit.
class Params {
 public:
  Params() = default;
  explicit Params(std::vector<Param> values) : values_(std::move(values)) {}

  bool has(size_t index) const;
  double number(size_t index) const;
  int64_t integer(size_t index) const;
  int64_t integer_or(size_t index, int64_t fallback) const;
  bool flag(size_t index) const;  // false when left out
  const std::vector<int64_t>& list(size_t index) const;
  std::optional<at::IntArrayRef> optional_list(size_t index) const;
  at::ScalarType dtype(size_t index) const;
  // A whole number is an integer scalar, so that adding 1 leaves an int64 tensor int64; another one is a double.
  at::Scalar scalar(size_t index) const;
  std::optional<at::Scalar> optional_scalar(size_t index) const;

 private:
  std::vector<Param> values_;
};

}  // namespace autocircuit
