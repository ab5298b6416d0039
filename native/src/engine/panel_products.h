#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// Whether panel_products is made for these factors: on the CPU, in float32, with a panel that fits into the second-level cache.
bool suit_panels(const at::Tensor& x, const at::Tensor& matrices);

// out[r] = x[r] @ matrices[r] + bias for each r, with x [R, N, K] and matrices [R, K, C] of any strides, bias [C] or undefined, out
// [R, N, C] contiguous. For products that a general library packs more than it multiplies: few rows and very many columns, or a small K.
void panel_products(at::Tensor& out, const at::Tensor& x, const at::Tensor& matrices, const at::Tensor& bias);

}  // namespace autocircuit
