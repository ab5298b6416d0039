#include "engine/check_finite.h"

#include <ATen/ATen.h>

#include <cmath>

#include "runtime/error.h"

namespace autocircuit {

void check_finite(const at::Tensor& result, const std::function<std::string(const std::vector<int64_t>&)>& what) {
  // A sum of finite numbers may overflow; a sum that did not has none that is not finite.
  if (!result.is_cpu() || std::isfinite(result.sum(at::kDouble).item<double>())) return;
  const at::Tensor bad = at::nonzero(at::isfinite(result).logical_not());
  if (bad.size(0) == 0) return;
  const at::Tensor first = bad[0].contiguous();  // nonzero gives columns
  const std::vector<int64_t> index(first.const_data_ptr<int64_t>(), first.const_data_ptr<int64_t>() + first.numel());
  at::Tensor number = result;
  for (const int64_t i : index) number = number[i];
  const double value = number.item<double>();
  throw Error(ErrorCode::not_finite,
              what(index) + " is " + (std::isnan(value) ? "NaN" : "infinite") + " (" + std::to_string(bad.size(0)) + " of " +
                  std::to_string(result.numel()) +
                  " numbers are not finite). The outputs of the model are likely not finite, because its activations grow beyond "
                  "what its number type holds (float16 ends at 65504): use bfloat16, float32 or float64, and check the weights "
                  "and the ablation.");
}

}  // namespace autocircuit
