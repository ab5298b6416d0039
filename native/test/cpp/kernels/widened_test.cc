#include <ATen/ATen.h>

#include "check.h"
#include "kernels/all_kernels.h"

using namespace autocircuit;

TEST("every number of float16 and bfloat16 is widened to itself, by every set of kernels") {
  const at::Tensor bits = at::arange(1 << 16, at::kInt).to(at::kUInt16);
  const auto* const stored = static_cast<const uint16_t*>(bits.const_data_ptr());
  test::with_all_kernels([&](const Kernels& use) {
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
      const at::Tensor expected = bits.view(type).to(at::kFloat), given = at::empty_like(expected);
      (type == at::kHalf ? use.widen_float16 : use.widen_bfloat16)(1 << 16, stored, given.mutable_data_ptr<float>());
      CHECK(at::equal(given.nan_to_num(), expected.nan_to_num()) && at::equal(given.isnan(), expected.isnan()));
      CHECK(at::equal(given.signbit(), expected.signbit()));
    }
  });
}
