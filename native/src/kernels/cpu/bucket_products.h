#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "kernels/cpu/product_sums.h"

namespace autocircuit {

// [buckets, R, S]: for each bucket the sum over its batch rows i of <row r at i, delta[s][i]>; `write(i, sums)` writes the R rows
// at i to sums.row(r). bucket_of[i] < buckets, or empty where there is one; delta [S, N, D] may be part of a larger batch. CPU.
template <class T, class Write>
at::Tensor bucket_products(int64_t rows, const at::Tensor& delta, const std::vector<int64_t>& bucket_of, int64_t buckets,
                           const Write& write) {
  const int64_t deltas = delta.size(0), n = delta.size(1), d = delta.size(2), stride = delta.stride(0), size = rows * deltas;
  const T* const first = delta.const_data_ptr<T>();
  // A bucket's batch rows one after the other: its sums stay where they are until all are there.
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  if (!bucket_of.empty()) std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return bucket_of[a] < bucket_of[b]; });
  at::Tensor partial = at::zeros({at::get_num_threads(), buckets, rows, deltas}, delta.options());
  T* const results = partial.mutable_data_ptr<T>();
  at::parallel_for(0, n, 4, [&](int64_t from, int64_t to) {
    T* const mine = results + at::get_thread_num() * buckets * size;
    ProductSums<T> sums(rows, deltas, d);
    for (int64_t k = from; k < to; k++) {
      const int64_t i = order[k], bucket = bucket_of.empty() ? 0 : bucket_of[i];
      write(i, sums);
      sums.add(first + i * d, stride);
      const bool last = k + 1 == to || (!bucket_of.empty() && bucket_of[order[k + 1]] != bucket);
      if (last) sums.take(mine + bucket * size);
    }
  });
  return partial.sum(0);
}

}  // namespace autocircuit
