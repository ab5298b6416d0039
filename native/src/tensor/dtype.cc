#include "tensor/dtype.h"

#include <array>
#include <utility>

#include "runtime/error.h"

namespace autocircuit {

namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 8> names{{
    {"float32", at::ScalarType::Float},
    {"float64", at::ScalarType::Double},
    {"bfloat16", at::ScalarType::BFloat16},
    {"float16", at::ScalarType::Half},
    {"int64", at::ScalarType::Long},
    {"int32", at::ScalarType::Int},
    {"uint8", at::ScalarType::Byte},
    {"bool", at::ScalarType::Bool},
}};

}  // namespace

at::ScalarType dtype_from_name(const std::string& name) {
  for (const auto& [known, dtype] : names) {
    if (name == known) return dtype;
  }
  std::string list;
  for (const auto& [known, dtype] : names) list += (list.empty() ? "" : ", ") + std::string(known);
  throw Error(ErrorCode::dtype, "unknown dtype '" + name + "'. Known are: " + list + ".");
}

std::string dtype_name(at::ScalarType dtype) {
  for (const auto& [known, value] : names) {
    if (value == dtype) return known;
  }
  throw Error(ErrorCode::dtype, std::string("tensors of LibTorch dtype ") + c10::toString(dtype) + " are not supported here.");
}

}  // namespace autocircuit
