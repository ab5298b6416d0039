#include "engine/frame.h"

#include <ATen/ATen.h>

#include "devices/device_index.h"

namespace autocircuit {

at::Tensor at_positions(const at::Tensor& rows, int64_t dim, int64_t seq_len, const std::vector<int64_t>& indices) {
  const at::Tensor index = index_on(rows.device(), indices);
  return rows.unflatten(dim, {rows.size(dim) / seq_len, seq_len}).index_select(dim + 1, index).flatten(dim, dim + 1);
}

Frame Frame::narrowed(const std::vector<int64_t>& indices, int64_t sources, const at::Tensor& late) const {
  Frame narrow;
  narrow.batch = batch;
  for (const int64_t i : indices) narrow.positions.push_back(positions[i]);
  if (resid.defined()) narrow.resid = at_positions(resid, 0, seq_len(), indices);
  narrow.delta.first_late = delta.first_late;
  if (delta.early.defined()) narrow.delta.early = at_positions(delta.early, 1, seq_len(), indices);
  if (delta.late.defined()) {
    const int64_t known = sources - delta.first_late;
    narrow.delta.late = late;
    if (known > 0) narrow.delta.late.narrow(0, 0, known).copy_(at_positions(delta.late.narrow(0, 0, known), 1, seq_len(), indices));
  }
  return narrow;
}

}  // namespace autocircuit
