#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace autocircuit::kernels {

// The operators of operators/schemas.h, which says what they mean. None waits for the device or reads its memory, so that all
// can be recorded.

using Maybe = std::optional<at::Tensor>;

// Rows of a tile: what weight.size(1) has to be.
constexpr int64_t kRowsOfTile = 8;

at::Tensor patched_rows(const Maybe& resid, const Maybe& ablated, const at::Tensor& from_ablated, const Maybe& early, const Maybe& late,
                        int64_t first_late, const at::Tensor& begin, const at::Tensor& source, const at::Tensor& weight,
                        const at::Tensor& token_of, int64_t rows, int64_t masks, int64_t tokens, int64_t n, int64_t norm, double eps,
                        const Maybe& scale, const Maybe& shift);

void norm_backward_rows_(const at::Tensor& grad, const at::Tensor& x, int64_t norm, double eps, const Maybe& scale);

void absorb_outputs_(const at::Tensor& out, const Maybe& ablated, const Maybe& resid);

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets);

at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap, const at::Tensor& expected,
                       const at::Tensor& probabilities);

// The same with so many bytes of logits in memory at a time.
at::Tensor divergences_in_pieces(const at::Tensor& x, const at::Tensor& weight, const Maybe& bias, double softcap,
                                 const at::Tensor& expected, const at::Tensor& probabilities, int64_t piece_bytes);

}  // namespace autocircuit::kernels
