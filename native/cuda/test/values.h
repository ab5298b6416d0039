#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace autocircuit::test {

// Numbers of a tensor and of plain loops, which the kernels' tests compare.

using Random = std::mt19937;

inline int64_t below(Random& random, int64_t end) { return std::uniform_int_distribution<int64_t>(0, end - 1)(random); }

inline at::Tensor random_tensor(Random& random, at::IntArrayRef sizes, at::ScalarType dtype) {
  at::Tensor result = at::empty(sizes, at::kDouble);
  std::normal_distribution<double> normal;
  double* data = result.mutable_data_ptr<double>();
  for (int64_t i = 0; i < result.numel(); i++) data[i] = normal(random);
  return result.to(dtype);
}

inline std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.to(at::kDouble).contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

// Distance of two neighbouring numbers near 1, halved: what rounding a result may change.
inline double rounding(at::ScalarType dtype) {
  switch (dtype) {
    case at::kHalf: return std::ldexp(1.0, -11);
    case at::kBFloat16: return std::ldexp(1.0, -8);
    case at::kFloat: return std::ldexp(1.0, -24);
    default: return std::ldexp(1.0, -53);
  }
}

// Of what sums are made in.
inline double rounding_of_sums(at::ScalarType dtype) { return rounding(dtype == at::kDouble ? at::kDouble : at::kFloat); }

// What rounding may change a result of this size: float16 has numbers below its smallest normal one at a fixed distance.
inline double rounding_at(double value, at::ScalarType dtype) {
  return 1.01 * std::max(rounding(dtype) * std::abs(value), dtype == at::kHalf ? std::ldexp(1.0, -25) : 0.0);
}

// A result may be off by its own rounding and by `steps` roundings of sums of the given magnitude.
inline bool close(double value, double expected, at::ScalarType dtype, double steps, double magnitude) {
  return std::abs(value - expected) <= rounding_at(expected, dtype) + steps * rounding_of_sums(dtype) * magnitude;
}

constexpr at::ScalarType kDtypes[] = {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16};

// Mean and 1 / deviation of a plain row; `norm` as in the operators.
struct Statistics {
  double mean = 0, factor = 1;
};

inline Statistics statistics(const std::vector<double>& x, int64_t norm, double eps) {
  Statistics result;
  if (norm == 0) return result;
  const double d = static_cast<double>(x.size());
  double squares = 0;
  if (norm == 1)
    for (const double value : x) result.mean += value / d;
  for (const double value : x) squares += (value - result.mean) * (value - result.mean);
  result.factor = 1 / std::sqrt(squares / d + eps);
  return result;
}

}  // namespace autocircuit::test
