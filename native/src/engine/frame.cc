#include "engine/frame.h"

#include <ATen/ATen.h>

#include "devices/device_index.h"

namespace autocircuit {

at::Tensor at_positions(const at::Tensor& rows, int64_t dim, int64_t length, const std::vector<int64_t>& indices) {
  const at::Tensor index = index_on(rows.device(), indices);
  return rows.unflatten(dim, {rows.size(dim) / length, length}).index_select(dim + 1, index).flatten(dim, dim + 1);
}

at::Tensor empty_deltas(int64_t sources, int64_t n, int64_t width, const at::TensorOptions& options) {
  return options.device().is_cpu() ? at::empty({sources, n, width}, options) : at::zeros({sources, n, width}, options);
}

Frame Frame::narrowed(const std::vector<int64_t>& indices, int64_t sources) const {
  Frame narrow;
  narrow.batch = batch;
  for (const int64_t i : indices) narrow.positions.push_back(positions[i]);
  if (resid.defined()) narrow.resid = at_positions(resid, 0, length(), indices);
  narrow.delta.first_late = delta.first_late;
  if (delta.early.defined()) narrow.delta.early = at_positions(delta.early, 1, length(), indices);
  if (delta.late.defined()) {
    const int64_t known = sources - delta.first_late;
    narrow.delta.late = empty_deltas(delta.late.size(0), narrow.n(), delta.late.size(2), delta.late.options());
    if (known > 0) narrow.delta.late.narrow(0, 0, known).copy_(at_positions(delta.late.narrow(0, 0, known), 1, length(), indices));
  }
  return narrow;
}

}  // namespace autocircuit
