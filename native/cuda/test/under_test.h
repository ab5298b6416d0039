#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/mm.h>

#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "device_operators/operators.h"
#include "gpu.h"

// The operators as the tests call them, with tensors of the host: on the host, or on the GPU under test, through LibTorch's dispatcher
// and with what they write copied back.
namespace autocircuit::test::under_test {

template <class T>
T moved(const T& value) {
  if constexpr (std::is_same_v<T, at::Tensor>) return on_gpu(value);
  else if constexpr (std::is_same_v<T, kernels::Maybe>) return value ? kernels::Maybe(on_gpu(*value)) : value;
  else return value;
}

inline void copy_back(const at::Tensor& to, const at::Tensor& from) {
  if (to.defined()) to.copy_(from);
}
inline void copy_back(const kernels::Maybe& to, const kernels::Maybe& from) {
  if (to) copy_back(*to, *from);
}
template <class T>
void copy_back(const T&, const T&) {}

template <class Signature>
class Operator;

template <class Result, class... Arguments>
class Operator<Result(Arguments...)> {
 public:
  Operator(std::string name, Result (*on_host)(Arguments...)) : name_(std::move(name)), on_host_(on_host) {}

  Result operator()(Arguments... arguments) const {
    if (!gpu() || !gpu_has_kernels()) return on_host_(arguments...);
    const auto op = c10::Dispatcher::singleton().findSchemaOrThrow(("autocircuit::" + name_).c_str(), "").typed<Result(Arguments...)>();
    std::tuple<std::decay_t<Arguments>...> there{moved(arguments)...};
    const auto call = [&](auto&... values) { return op.call(values...); };
    const auto finish = [&](auto&... values) { (copy_back(arguments, values), ...); };
    if constexpr (std::is_void_v<Result>) {
      std::apply(call, there);
      std::apply(finish, there);
    } else {
      const Result result = std::apply(call, there).to(at::kCPU);
      std::apply(finish, there);
      return result;
    }
  }

 private:
  std::string name_;
  Result (*on_host_)(Arguments...);
};

#define OPERATOR_UNDER_TEST(name, schema, type) inline const Operator<signatures::name> name{#name, kernels::name};
AUTOCIRCUIT_OPERATORS(OPERATOR_UNDER_TEST)
#undef OPERATOR_UNDER_TEST

// A product as it is made there.
inline at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
  return gpu() ? at::mm(on_gpu(a), on_gpu(b)).to(at::kCPU) : at::mm(a, b);
}

}  // namespace autocircuit::test::under_test
