#include "device_operators/arguments.h"

#include <algorithm>
#include <cstdint>

#include "launch/grid.h"

namespace autocircuit::kernels {

void check_dense(const at::Tensor& tensor, Argument argument, at::ScalarType dtype, at::Device device) {
  check(tensor.device() == device, argument.operation, ": ", argument.name, " is on ", tensor.device(), ", not on ", device);
  check(tensor.scalar_type() == dtype, argument.operation, ": ", argument.name, " is ", tensor.scalar_type(), ", not ", dtype);
  check(tensor.is_contiguous(), argument.operation, ": ", argument.name, " is not contiguous");
}

void check_sizes(const at::Tensor& tensor, Argument argument, at::IntArrayRef sizes) {
  check(tensor.sizes() == sizes, argument.operation, ": ", argument.name, " is ", tensor.sizes(), ", not ", sizes);
}

void check_divisor(int64_t size, int64_t whole, Argument argument) {
  check(size > 0 && whole % size == 0, argument.operation, ": ", argument.name, " has ", size, " rows, which do not divide ", whole);
}

int narrow(int64_t size, const char* operation) {
  check(size >= 0 && size <= INT32_MAX, operation, ": ", size, " is too many");
  return static_cast<int>(size);
}

void check_norm(int64_t norm, const char* operation) { check(norm >= kNoNorm && norm <= kRmsNorm, operation, ": there is no norm ", norm); }

bool has(const Maybe& tensor) { return tensor.has_value() && tensor->defined(); }

bool aligned_for(int64_t d, std::initializer_list<Maybe> tensors) {
  if (d % kShare != 0) return false;
  return std::all_of(tensors.begin(), tensors.end(), [](const Maybe& tensor) {
    if (!has(tensor)) return true;
    const auto bytes = std::min<uintptr_t>(kShare * tensor->element_size(), kLargestAccess);
    return reinterpret_cast<uintptr_t>(tensor->const_data_ptr()) % bytes == 0;
  });
}

int threads_for(int64_t d, int most) { return static_cast<int>(std::clamp<int64_t>(divide_up(d, kShare * kWarp) * kWarp, kWarp, most)); }

}  // namespace autocircuit::kernels
