#include "engine/norm.h"

#include <ATen/ATen.h>

#include "engine/wide.h"

namespace autocircuit {

at::Tensor apply(const Norm& norm, const at::Tensor& x, at::ScalarType type) {
  const auto as_wide = [&](const at::Tensor& weight) { return weight.defined() ? weight.to(x.scalar_type()) : weight; };
  switch (norm.kind) {
    case NormKind::none: return x.to(type);
    case NormKind::layer_norm: return at::layer_norm(x, {x.size(-1)}, as_wide(norm.scale), as_wide(norm.shift), norm.eps).to(type);
    case NormKind::rms_norm: {
      const at::Tensor wide = widened(x);  // squares of float16 end at 255
      const at::Tensor normed = wide * at::rsqrt(at::mean(wide * wide, -1, true) + norm.eps);
      return (norm.scale.defined() ? normed * norm.scale : normed).to(type);
    }
  }
  return x.to(type);
}

}  // namespace autocircuit
