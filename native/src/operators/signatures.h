#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

// The schemas of schemas.h as C++ types, and what implements them. `on_cpu` and `portable` (LibTorch's operators, any device) compute;
// `shapes` says what comes out of a call with tensors that hold no numbers.
namespace autocircuit::signatures {

using OptionalTensor = std::optional<at::Tensor>;

using PatchedRows = at::Tensor(const OptionalTensor& resid, const OptionalTensor& ablated, const at::Tensor& from_ablated,
                               const OptionalTensor& early, const OptionalTensor& late, int64_t first_late, const at::Tensor& begin,
                               const at::Tensor& source, const at::Tensor& weight, const at::Tensor& token_of, int64_t rows, int64_t masks,
                               int64_t tokens, int64_t n, int64_t norm, double eps, const OptionalTensor& scale,
                               const OptionalTensor& shift);
using NormBackwardRows = void(at::Tensor& grad, const at::Tensor& x, int64_t norm, double eps, const OptionalTensor& scale);
using AbsorbOutputs = void(at::Tensor& out, const OptionalTensor& ablated, const OptionalTensor& resid);
using MaskGradient = at::Tensor(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets);
using Divergences = at::Tensor(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias, double softcap,
                               const at::Tensor& expected, const at::Tensor& probabilities);

}  // namespace autocircuit::signatures

namespace autocircuit::on_cpu {
signatures::PatchedRows patched_rows;
signatures::NormBackwardRows norm_backward_rows_;
signatures::AbsorbOutputs absorb_outputs_;
signatures::MaskGradient mask_gradient;
signatures::Divergences divergences;
}  // namespace autocircuit::on_cpu

namespace autocircuit::portable {
signatures::PatchedRows patched_rows;
signatures::NormBackwardRows norm_backward_rows_;
signatures::AbsorbOutputs absorb_outputs_;
signatures::MaskGradient mask_gradient;
signatures::Divergences divergences;
}  // namespace autocircuit::portable

namespace autocircuit::shapes {
signatures::PatchedRows patched_rows;
signatures::NormBackwardRows norm_backward_rows_;
signatures::AbsorbOutputs absorb_outputs_;
signatures::MaskGradient mask_gradient;
signatures::Divergences divergences;
}  // namespace autocircuit::shapes
