#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace autocircuit {

// Throws an Error not_finite where a result in the host's memory holds a number that is NaN or infinite: `what` names it by its indices,
// as "The KL divergence of prompt 3". Results on other devices are left to who reads them, as a look would wait for the device.
void check_finite(const at::Tensor& result, const std::function<std::string(const std::vector<int64_t>&)>& what);

}  // namespace autocircuit
