#include "kernels/cpu/rms_normed.h"

#include <ATen/ATen.h>

#include "check.h"

using namespace autocircuit;

TEST("rows behind the root mean square norm are those that LibTorch's operators give, at any width and stride") {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const int64_t d : {1, 7, 16, 37, 576})
      for (const bool scaled : {false, true}) {
        const at::Tensor x = at::randn({3, 2, d + 5}, type).narrow(-1, 2, d);
        const at::Tensor scale = scaled ? at::randn({d}, type) : at::Tensor();
        const at::Tensor wide = x.to(at::kDouble);
        at::Tensor expected = wide * at::rsqrt(wide.square().mean(-1, true) + 1e-5);
        if (scaled) expected = expected * scale;
        const at::Tensor made = rms_normed(x, 1e-5, scale);
        CHECK(made.sizes() == x.sizes() && made.scalar_type() == type);
        CHECK((made - expected).abs().max().item<double>() < (type == at::kFloat ? 1e-5 : 1e-13));
      }
  CHECK(rms_normed(at::empty({0, 8}), 1e-5, {}).sizes() == at::IntArrayRef({0, 8}));
}
