#include <ATen/ATen.h>

#include "tensor/op.h"
#include "tensor/operand.h"

namespace autocircuit {

namespace {

using Unary = at::Tensor (*)(const at::Tensor&);
using Binary = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

template <Unary F>
constexpr Op unary(Op::Function infer = nullptr) {
  return {1, 1, [](const Tensors& in, const Params&) { return Tensors{F(in[0])}; }, infer};
}

template <Binary F>
constexpr Op binary() {
  return {1, 2, [](const Tensors& in, const Params& params) { return Tensors{F(in[0], right_operand(in, params))}; }};
}

at::Tensor add(const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); }

at::Tensor subtract(const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b); }

at::Tensor divide(const at::Tensor& a, const at::Tensor& b) { return at::div(a, b); }

Tensors same_as_input(const Tensors& in, const Params&) { return {at::empty_like(in[0])}; }

Tensors power(const Tensors& in, const Params& params) { return {at::pow(in[0], params.scalar(0))}; }

Tensors clamp(const Tensors& in, const Params& params) {
  if (!params.has(0) && !params.has(1)) return {in[0].clone()};
  return {at::clamp(in[0], params.optional_scalar(0), params.optional_scalar(1))};
}

}  // namespace

OpEntries elementwise_ops() {
  return {
      {"add", binary<add>()},
      {"sub", binary<subtract>()},
      {"mul", binary<at::mul>()},
      {"div", binary<divide>()},
      {"minimum", binary<at::minimum>()},
      {"maximum", binary<at::maximum>()},
      {"pow", {1, 1, power}},
      {"neg", unary<at::neg>()},
      {"abs", unary<at::abs>(same_as_input)},
      {"exp", unary<at::exp>()},
      {"log", unary<at::log>()},
      {"sqrt", unary<at::sqrt>()},
      {"relu", unary<at::relu>(same_as_input)},
      {"sigmoid", unary<at::sigmoid>()},
      {"tanh", unary<at::tanh>()},
      {"clamp", {1, 1, clamp}},
  };
}

}  // namespace autocircuit
