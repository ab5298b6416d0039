#pragma once

#include <ATen/core/Tensor.h>

namespace autocircuit {

// Logits [rows, columns] of some columns of the unembedding, with the final soft cap (0 is none). Without gradients.
at::Tensor capped_logits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap);

}  // namespace autocircuit
