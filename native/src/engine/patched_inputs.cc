#include "engine/patched_inputs.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/norm.h"
#include "engine/wide.h"
#include "masks/list_rows.h"
#include "operators/operators.h"

namespace autocircuit {

at::Tensor patched_inputs(const PassPlan& pass, const LatentPass* latents, const Frame& frame, const GroupPlan& plan, int64_t point,
                          const std::vector<int64_t>& rows, const Norm& norm) {
  const Weights& weights = pass.model.weights();
  const RowLists lists = pass.listed ? pass.listed->of(*plan.group) : row_lists(plan, rows, weights.options);
  at::Tensor ablated;
  if (pass.listed || std::any_of(rows.begin(), rows.end(), [&](int64_t row) { return plan.rows[row] == RowKind::near_ablated; })) {
    ablated = plan.group->kind == GroupKind::post ? pass.ablated->resid_behind(plan.group->block) : pass.ablated->resid(point);
    if (frame.length() != pass.length) ablated = at_positions(ablated, 0, pass.length, frame.positions);
  }
  const at::Tensor token_of = index_on(weights.options.device(), frame.positions, at::kInt);
  Delta delta = frame.delta;  // of the sources that write before the group reads
  const int64_t known = plan.group->first_source + plan.group->sources - delta.first_late;
  delta.late = known > 0 ? delta.late.narrow(0, 0, known) : at::Tensor();
  const PatchedRows wanted{frame.resid, ablated, delta, lists, token_of, frame.n()};
  if (!latents) return patched_rows(wanted, norm);
  at::Tensor inputs = patched_rows(wanted, Norm{});
  latents->add_to_rows(inputs, frame, plan, rows);
  return norm.kind == NormKind::none ? inputs : apply(norm, inputs, type_of(weights));
}

}  // namespace autocircuit
