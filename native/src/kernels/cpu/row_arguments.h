#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

#include "kernels/kernels.h"
#include "operators/norm_kind.h"
#include "operators/table.h"

// The arguments of operators over rows as the CPU's kernels take them.
namespace autocircuit::on_cpu {

template <class T>
const T* data_or_null(const signatures::OptionalTensor& t) {
  return t ? t->const_data_ptr<T>() : nullptr;
}

template <class T>
NormArgs<T> norm_args(int64_t kind, double eps, const signatures::OptionalTensor& scale, const signatures::OptionalTensor& shift) {
  const NormKind which = static_cast<NormKind>(kind);
  return {which != NormKind::none, which == NormKind::layer_norm, static_cast<T>(eps), data_or_null<T>(scale), data_or_null<T>(shift)};
}

// Work of about 32k elements a task keeps the threads busy without visible scheduling cost.
inline int64_t grain(int64_t elements) { return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, elements)); }

// Others are narrower: an operator widens them, or is LibTorch's.
inline bool has_kernels(const at::Tensor& t) { return t.scalar_type() == at::kFloat || t.scalar_type() == at::kDouble; }

}  // namespace autocircuit::on_cpu
