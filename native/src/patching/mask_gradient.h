#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace autocircuit {

// d loss / d mask[bucket, row, source] = sum over the n of that bucket of <grad[row, n], delta[source, n]>.
// grad [R, N, D], delta [S, N, D] -> [buckets, R, S]; bucket_of[n] says which mask and token a row of the batch belongs to
// (empty: all in one bucket).
at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets);

}  // namespace autocircuit
