#include "kernels/cpu/capped_logits.h"

#include <ATen/ATen.h>

#include "kernels/cpu/products.h"

namespace autocircuit {

at::Tensor capped_logits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double softcap) {
  at::Tensor logits = few_rows_product(x, weight, bias);
  if (softcap > 0) logits.div_(softcap).tanh_().mul_(softcap);
  return logits;
}

}  // namespace autocircuit
