#include "engine/norm.h"

#include <ATen/ATen.h>

namespace autocircuit {

at::Tensor apply(const Norm& norm, const at::Tensor& x) {
  switch (norm.kind) {
    case NormKind::none:
      return x;
    case NormKind::layer:
      return at::layer_norm(x, {x.size(-1)}, norm.scale, norm.shift, norm.eps);
    case NormKind::rms: {
      const at::Tensor normed = x * at::rsqrt(at::mean(x * x, -1, true) + norm.eps);
      return norm.scale.defined() ? normed * norm.scale : normed;
    }
  }
  return x;
}

}  // namespace autocircuit
