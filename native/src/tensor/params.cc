#include "tensor/params.h"

#include <cmath>

#include "runtime/error.h"
#include "tensor/dtype.h"

namespace autocircuit {

namespace {

constexpr double kLargestExactInteger = 9007199254740991.0;

template <class T>
const T& expect(const std::vector<Param>& values, size_t index, const char* kind) {
  const T* found = index < values.size() ? std::get_if<T>(&values[index]) : nullptr;
  if (!found) throw Error(ErrorCode::bad_input, "parameter " + std::to_string(index + 1) + " must be " + kind + ".");
  return *found;
}

bool is_whole(double value) { return std::trunc(value) == value && std::abs(value) <= kLargestExactInteger; }

}  // namespace

bool Params::has(size_t index) const { return index < values_.size() && !std::holds_alternative<std::monostate>(values_[index]); }

double Params::number(size_t index) const { return expect<double>(values_, index, "a number"); }

int64_t Params::integer(size_t index) const {
  const double value = number(index);
  if (!is_whole(value)) throw Error(ErrorCode::bad_input, "expected a whole number, got " + std::to_string(value) + ".");
  return static_cast<int64_t>(value);
}

int64_t Params::integer_or(size_t index, int64_t fallback) const { return has(index) ? integer(index) : fallback; }

bool Params::flag(size_t index) const { return has(index) && expect<bool>(values_, index, "true or false"); }

const std::vector<int64_t>& Params::list(size_t index) const {
  return expect<std::vector<int64_t>>(values_, index, "a list of whole numbers");
}

std::optional<at::IntArrayRef> Params::optional_list(size_t index) const {
  if (!has(index)) return std::nullopt;
  return at::IntArrayRef(list(index));
}

at::ScalarType Params::dtype(size_t index) const { return dtype_from_name(expect<std::string>(values_, index, "the name of a dtype")); }

at::Scalar Params::scalar(size_t index) const {
  const double value = number(index);
  return is_whole(value) ? at::Scalar(static_cast<int64_t>(value)) : at::Scalar(value);
}

std::optional<at::Scalar> Params::optional_scalar(size_t index) const {
  if (!has(index)) return std::nullopt;
  return scalar(index);
}

}  // namespace autocircuit
