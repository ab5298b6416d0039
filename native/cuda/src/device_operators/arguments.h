#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "device_operators/operators.h"
#include "kernels/norm.h"
#include "launch/check.h"

namespace autocircuit::kernels {

// What the operators ask of their arguments. Each throws an Error that names the operator and the argument.

struct Argument {
  const char* operation;
  const char* name;
};

// Contiguous, of this dtype, on this device.
void check_dense(const at::Tensor& tensor, Argument argument, at::ScalarType dtype, at::Device device);

void check_sizes(const at::Tensor& tensor, Argument argument, at::IntArrayRef sizes);

// `size` is `whole` or divides it.
void check_divisor(int64_t size, int64_t whole, Argument argument);

// As the kernels count; throws where that is too few bits.
int narrow(int64_t size, const char* operation);

void check_norm(int64_t norm, const char* operation);

bool has(const Maybe& tensor);

template <class T>
const T* data_or_null(const Maybe& tensor) {
  return has(tensor) ? tensor->const_data_ptr<T>() : nullptr;
}

// Whether rows of `d` elements can be read four at a time: they, and all that these tensors hold, start at multiples of that.
bool aligned_for(int64_t d, std::initializer_list<Maybe> tensors);

template <class T>
Norm<T> norm_arguments(int64_t norm, double eps, const Maybe& scale, const Maybe& shift) {
  return {norm, static_cast<Compute<T>>(eps), data_or_null<T>(scale), data_or_null<T>(shift)};
}

// Whole warps with four columns a thread, at most `most`.
int threads_for(int64_t d, int most);

}  // namespace autocircuit::kernels
