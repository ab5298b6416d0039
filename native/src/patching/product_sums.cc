#include "patching/product_sums.h"

#include <algorithm>

namespace autocircuit {
namespace {

// What a tile of products is summed in: as many registers as there are, less those that hold the factors. Deltas outnumber
// rows in a tile because rows come from the second-level cache for every tile, and deltas stay in the first.
struct Wide {
  static constexpr int bytes = 64, rows = 4, deltas = 6;
};
struct Narrow {
  static constexpr int bytes = 32, rows = 4, deltas = 3;
};

int64_t up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// sums[r][s] += the lanes of row r times delta s.
template <class T, class Tile, int Rows>
AUTOCIRCUIT_INLINE void add_tile(int64_t d, int64_t width, const T* rows, const T* const* deltas, T* sums, int64_t sums_of_row) {
  constexpr int64_t lanes = kWidth<T, Tile::bytes>;
  using V = Vector<T, Tile::bytes>;
  V sum[Rows][Tile::deltas] = {};
  const auto multiply = [&](int64_t i, const V* delta) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int r = 0; r < Rows; r++) {
      V row;
      load(row, rows + r * width + i);
#pragma GCC unroll 6
      for (int s = 0; s < Tile::deltas; s++) sum[r][s] += row * delta[s];
    }
  };
  int64_t i = 0;
  for (; i + lanes <= d; i += lanes) {
    V delta[Tile::deltas];
#pragma GCC unroll 6
    for (int s = 0; s < Tile::deltas; s++) load(delta[s], deltas[s] + i);
    multiply(i, delta);
  }
  if (i < d) {
    V delta[Tile::deltas] = {};
    for (int s = 0; s < Tile::deltas; s++) std::memcpy(&delta[s], deltas[s] + i, (d - i) * sizeof(T));
    multiply(i, delta);
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 6
    for (int s = 0; s < Tile::deltas; s++) {
      T* const place = sums + r * sums_of_row + s * lanes;
      V total;
      load(total, place);
      total += sum[r][s];
      store(place, total);
    }
}

template <class T, class Tile>
AUTOCIRCUIT_INLINE void add_all(int64_t rows, int64_t count, int64_t d, int64_t width, const T* packed, const T* first, int64_t stride,
                                T* sums) {
  constexpr int64_t lanes = kWidth<T, Tile::bytes>;
  const int64_t sums_of_row = up(count, Tile::deltas) * lanes;
  for (int64_t s0 = 0; s0 < count; s0 += Tile::deltas) {
    const T* deltas[Tile::deltas];
    for (int64_t s = 0; s < Tile::deltas; s++) deltas[s] = first + std::min(s0 + s, count - 1) * stride;
    for (int64_t r = 0; r < rows; r += Tile::rows) {
      T* const of_tile = sums + s0 * lanes + r * sums_of_row;
      if (rows - r == 1) add_tile<T, Tile, 1>(d, width, packed + r * width, deltas, of_tile, sums_of_row);
      else add_tile<T, Tile, Tile::rows>(d, width, packed + r * width, deltas, of_tile, sums_of_row);
    }
  }
}

AUTOCIRCUIT_CLONES void add_wide(int64_t rows, int64_t count, int64_t d, int64_t width, const float* packed, const float* first,
                                 int64_t stride, float* sums) {
  add_all<float, Wide>(rows, count, d, width, packed, first, stride, sums);
}
AUTOCIRCUIT_CLONES void add_wide(int64_t rows, int64_t count, int64_t d, int64_t width, const double* packed, const double* first,
                                 int64_t stride, double* sums) {
  add_all<double, Wide>(rows, count, d, width, packed, first, stride, sums);
}
AUTOCIRCUIT_CLONES void add_narrow(int64_t rows, int64_t count, int64_t d, int64_t width, const float* packed, const float* first,
                                   int64_t stride, float* sums) {
  add_all<float, Narrow>(rows, count, d, width, packed, first, stride, sums);
}
AUTOCIRCUIT_CLONES void add_narrow(int64_t rows, int64_t count, int64_t d, int64_t width, const double* packed, const double* first,
                                   int64_t stride, double* sums) {
  add_all<double, Narrow>(rows, count, d, width, packed, first, stride, sums);
}

}  // namespace

template <class T>
ProductSums<T>::ProductSums(int64_t rows, int64_t deltas, int64_t d, bool wide)
    : rows_(rows), deltas_(deltas), d_(d), lines_(up(d, kWidth<T>) / kWidth<T>), wide_(wide),
      packed_(up(rows, Wide::rows) * lines_), sums_(up(rows, Wide::rows) * up(sums_of_row(), kWidth<T>) / kWidth<T>) {}

// Of one sum.
template <class T>
int64_t ProductSums<T>::lanes() const {
  return wide_ ? kWidth<T, Wide::bytes> : kWidth<T, Narrow::bytes>;
}

// Numbers that the sums of one row take.
template <class T>
int64_t ProductSums<T>::sums_of_row() const {
  return up(deltas_, wide_ ? Wide::deltas : Narrow::deltas) * lanes();
}

template <class T>
void ProductSums<T>::add(const T* deltas, int64_t stride) {
  const int64_t width = lines_ * kWidth<T>;
  if (wide_) add_wide(rows_, deltas_, d_, width, row(0), deltas, stride, sums_.data()->numbers);
  else add_narrow(rows_, deltas_, d_, width, row(0), deltas, stride, sums_.data()->numbers);
}

template <class T>
void ProductSums<T>::take(T* into) {
  for (int64_t r = 0; r < rows_; r++)
    for (int64_t s = 0; s < deltas_; s++) {
      const T* const sum = sums_.data()->numbers + r * sums_of_row() + s * lanes();
      T total = 0;
      for (int64_t i = 0; i < lanes(); i++) total += sum[i];
      into[r * deltas_ + s] += total;
    }
  std::fill(sums_.begin(), sums_.end(), Line{});
}

template class ProductSums<float>;
template class ProductSums<double>;

}  // namespace autocircuit
