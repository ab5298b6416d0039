#pragma once

#include <cstdint>
#include <vector>

#include "kernels/processor.h"

namespace autocircuit {

// Sums over rows of the batch of the products <row r, delta s>, for all pairs of R rows and S deltas of width D. It keeps a
// whole register for each pair and adds its lanes up once, at the end; the rows of the present batch row lie packed in the
// second-level cache, where each group of deltas, read from memory once, meets them all.
template <class T>
class ProductSums {
 public:
  ProductSums(int64_t rows, int64_t deltas, int64_t d, const Kernels& use = kernels());

  // Where row r of the batch row that is added next has to be written, all D numbers of it.
  T* row(int64_t r) { return packed_[r * lines_].numbers; }
  // Adds the products of the written rows with the deltas, which lie `stride` apart.
  void add(const T* deltas, int64_t stride);
  // Adds the sums to `into` [rows, deltas] and starts anew.
  void take(T* into);

 private:
  // A line of the cache, so that registers are loaded from one.
  struct alignas(64) Line {
    T numbers[64 / sizeof(T)] = {};
  };
  int64_t sums_of_row() const;

  const KernelsOf<T>& use_;
  const int64_t rows_, deltas_, d_, lines_;  // lines of a row; beyond D there are zeros
  std::vector<Line> packed_, sums_;
};

}  // namespace autocircuit
