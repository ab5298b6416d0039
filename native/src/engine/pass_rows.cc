#include <ATen/ATen.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/pass.h"
#include "engine/wide.h"
#include "masks/list_rows.h"
#include "operators/operators.h"

namespace autocircuit {

// Inputs of the given rows of a group, before (no norm) or after it: [rows, N, D].
at::Tensor Pass::patched_inputs(const Frame& frame, const GroupPlan& plan, int64_t point, const std::vector<int64_t>& rows,
                                const Norm& norm) const {
  const at::TensorOptions& options = model_.weights().options;
  const RowLists lists = listed_ ? listed_->of(*plan.group) : row_lists(plan, rows, options);
  at::Tensor ablated;
  if (listed_ || std::any_of(rows.begin(), rows.end(), [&](int64_t row) { return plan.rows[row] == RowKind::near_ablated; })) {
    ablated = ablated_->resid(point);
    if (frame.length() != length_) ablated = at_positions(ablated, 0, length_, frame.positions);
  }
  const at::Tensor token_of = index_on(options.device(), frame.positions, at::kInt);
  Delta delta = frame.delta;  // of the sources that write before the group reads
  const int64_t known = plan.group->first_source + plan.group->sources - delta.first_late;
  delta.late = known > 0 ? delta.late.narrow(0, 0, known) : at::Tensor();
  const PatchedRows wanted{frame.resid, ablated, delta, lists, token_of, frame.n()};
  if (!latents_) return patched_rows(wanted, norm);
  at::Tensor inputs = patched_rows(wanted, Norm{});
  latents_->add_to_rows(inputs, frame, plan, rows);
  return norm.kind == NormKind::none ? inputs : apply(norm, inputs, type_of(model_.weights()));
}

ReaderInput Pass::input_of(const GroupPlan* plan, int64_t layer, Projection which, const std::vector<uint8_t>& live,
                           ReaderInput::KnownPlain known) const {
  const auto make = [this](const GroupPlan& of, int64_t point, const std::vector<int64_t>& rows, const Norm& norm) {
    return patched_inputs(frame_, of, point, rows, norm);
  };
  return ReaderInput(model_, frame_, plan, layer, which, live, ablated_.get(), make, std::move(known));
}

}  // namespace autocircuit
