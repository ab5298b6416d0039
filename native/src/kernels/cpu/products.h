#pragma once

#include <ATen/core/Tensor.h>

// Products with matrices, by the general library or by panels of our own (kernels/set/panels.h): whichever is quicker, or was asked for
// (kernels/panel_use.h).

namespace autocircuit {

// x [N, K] @ matrix [K, C] + bias, [C] or undefined: [N, C]. Any strides.
at::Tensor product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias = {});
// The same into a part of a larger tensor.
void product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias = {});

// x[r] @ matrices[r] for each r, with x [R, N, K] and matrices [R, K, C]: [R, N, C].
at::Tensor batch_product(const at::Tensor& x, const at::Tensor& matrices);
void batch_product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices);
void add_batch_product_(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices);

// x @ matrix + bias for few rows and very many columns, which the general library packs more than it multiplies. By panels wherever there
// are any, so that equal rows give equal numbers in every batch.
at::Tensor few_rows_product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias);
// batch_product_into for a small K, likewise.
void short_batch_product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices);

}  // namespace autocircuit
