#include "kernels/cpu/product_sums.h"

#include <algorithm>

namespace autocircuit {
namespace {

template <class T>
constexpr int64_t kOfLine = 64 / sizeof(T);

int64_t parts(int64_t n, int64_t step) { return (n + step - 1) / step; }

}  // namespace

template <class T>
ProductSums<T>::ProductSums(int64_t rows, int64_t deltas, int64_t d, const Kernels& use)
    : use_(of_type<T>(use)), rows_(rows), deltas_(deltas), d_(d), lines_(parts(d, kOfLine<T>)) {
  const int64_t filled = parts(rows, use_.product_rows) * use_.product_rows;
  packed_.resize(filled * lines_);
  sums_.resize(parts(filled * sums_of_row(), kOfLine<T>));
}

// Numbers that the sums of one row take.
template <class T>
int64_t ProductSums<T>::sums_of_row() const {
  return parts(deltas_, use_.product_deltas) * use_.product_deltas * use_.product_lanes;
}

template <class T>
void ProductSums<T>::add(const T* deltas, int64_t stride) {
  if (deltas_ == 0) return;  // all of a row's deltas may wait for their own rows
  use_.add_products(rows_, deltas_, d_, lines_ * kOfLine<T>, row(0), deltas, stride, sums_.data()->numbers);
}

template <class T>
void ProductSums<T>::take(T* into) {
  for (int64_t r = 0; r < rows_; r++)
    for (int64_t s = 0; s < deltas_; s++) {
      const T* const sum = sums_.data()->numbers + r * sums_of_row() + s * use_.product_lanes;
      T total = 0;
      for (int64_t i = 0; i < use_.product_lanes; i++) total += sum[i];
      into[r * deltas_ + s] += total;
    }
  std::fill(sums_.begin(), sums_.end(), Line{});
}

template class ProductSums<float>;
template class ProductSums<double>;

}  // namespace autocircuit
