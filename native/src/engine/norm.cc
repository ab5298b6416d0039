#include "engine/norm.h"

#include <ATen/ATen.h>

#include "patching/row_kernels.h"

namespace autocircuit {

at::Tensor Norm::operator()(const at::Tensor& x) const {
  switch (kind) {
    case NormKind::none:
      return x;
    case NormKind::layer:
      return at::layer_norm(x, {x.size(-1)}, weights.scale, weights.shift, eps);
    case NormKind::rms: {
      const at::Tensor normed = x * at::rsqrt(at::mean(x * x, -1, true) + eps);
      return weights.scale.defined() ? normed * weights.scale : normed;
    }
  }
  return x;
}

at::Tensor& Norm::backward_(at::Tensor& grad, const at::Tensor& x) const {
  if (kind != NormKind::none) norm_backward_rows_(grad, x, kind, eps, weights.scale);
  return grad;
}

}  // namespace autocircuit
