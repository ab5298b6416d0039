#include "engine/norm.h"

#include <ATen/ATen.h>

#include "engine/wide.h"

namespace autocircuit {

at::Tensor apply(const Norm& norm, const at::Tensor& x) {
  switch (norm.kind) {
    case NormKind::none:
      return x;
    case NormKind::layer:
      return at::layer_norm(x, {x.size(-1)}, norm.scale, norm.shift, norm.eps);
    case NormKind::rms: {
      const at::Tensor wide = widened(x);  // squares of float16 end at 255
      const at::Tensor normed = wide * at::rsqrt(at::mean(wide * wide, -1, true) + norm.eps);
      return (norm.scale.defined() ? normed * norm.scale : normed).to(x.scalar_type());
    }
  }
  return x;
}

}  // namespace autocircuit
