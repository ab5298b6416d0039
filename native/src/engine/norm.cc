#include "engine/norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/wide.h"
#include "kernels/cpu/rms_normed.h"
#include "kernels/cpu/row_arguments.h"

namespace autocircuit {

at::Tensor apply(const Norm& norm, const at::Tensor& x, at::ScalarType type) {
  const auto as_wide = [&](const at::Tensor& weight) { return weight.defined() ? weight.to(x.scalar_type()) : weight; };
  switch (norm.kind) {
    case NormKind::none: return x.to(type);
    case NormKind::layer_norm: return at::layer_norm(x, {x.size(-1)}, as_wide(norm.scale), as_wide(norm.shift), norm.eps).to(type);
    case NormKind::rms_norm: {
      if (x.is_cpu() && on_cpu::has_kernels(x) && !(at::GradMode::is_enabled() && x.requires_grad()))
        return rms_normed(x, norm.eps, as_wide(norm.scale)).to(type);
      const at::Tensor wide = widened(x);  // squares of float16 end at 255
      const at::Tensor normed = wide * at::rsqrt(at::mean(wide * wide, -1, true) + norm.eps);
      return (norm.scale.defined() ? normed * norm.scale : normed).to(type);
    }
  }
  return x.to(type);
}

}  // namespace autocircuit
