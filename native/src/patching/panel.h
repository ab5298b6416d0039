#pragma once

#include <cstdint>

namespace autocircuit {

// Columns of a matrix that are multiplied together: as many as the registers of a tile hold.
constexpr int64_t kPanel = 64;

// Whether this machine has the registers that multiply_panel is made for.
bool has_panels();

// A matrix of K rows and any strides.
struct PanelMatrix {
  const float* data;
  int64_t row, column;  // strides
};

// out[i][c] = bias[c] + sum over k of x[i][k] * matrix[k][first + c] for the rows i of x [rows, K] and c < columns <= kPanel; no bias
// where it is null. `packed` is room for K * kPanel numbers. Each number is summed in the order of k, whatever else is made with it,
// so that equal rows give equal numbers. For products whose matrix is large and whose x is small: a panel of the matrix is read from
// memory once, and meets all rows in the cache.
void multiply_panel(int64_t rows, int64_t k, const float* x, int64_t x_stride, const PanelMatrix& matrix, int64_t first, int64_t columns,
                    const float* bias, float* packed, float* out, int64_t out_stride);

}  // namespace autocircuit
