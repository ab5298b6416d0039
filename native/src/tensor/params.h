#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace autocircuit {

/// What an operation takes besides tensors: nothing (left out), a number, a flag, a list of whole numbers, a name.
using Param = std::variant<std::monostate, double, bool, std::vector<std::int64_t>, std::string>;

/// Checked access to an operation's parameters. Every getter throws Error bad_input when the kind does not fit.
class Params {
 public:
  Params() = default;
  explicit Params(std::vector<Param> values) : values_(std::move(values)) {}

  bool has(std::size_t index) const;
  double number(std::size_t index) const;
  std::int64_t integer(std::size_t index) const;
  std::int64_t integer_or(std::size_t index, std::int64_t fallback) const;
  bool flag(std::size_t index) const;  // false when left out
  const std::vector<std::int64_t>& list(std::size_t index) const;
  std::optional<at::IntArrayRef> optional_list(std::size_t index) const;
  at::ScalarType dtype(std::size_t index) const;
  /// A whole number is an integer scalar, so that adding 1 leaves an int64 tensor int64; another one is a double.
  at::Scalar scalar(std::size_t index) const;
  std::optional<at::Scalar> optional_scalar(std::size_t index) const;

 private:
  std::vector<Param> values_;
};

}  // namespace autocircuit
