#include "engine/patched_inputs.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/latent_rows.h"
#include "engine/norm.h"
#include "engine/wide.h"
#include "kernels/cpu/begun_rows.h"
#include "operators/operators.h"

namespace autocircuit {
namespace {

constexpr int64_t kPieceBytes = int64_t{32} << 20;

bool any_from_ablated(const std::vector<GroupRows>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const GroupRows& of) {
    return std::any_of(of.heads.begin(), of.heads.end(), [&](int64_t row) { return of.plan->rows[row] == RowKind::near_ablated; });
  });
}

// What rows near the ablated input begin with, [N or a divisor, D].
at::Tensor ablated_base(const PassPlan& pass, const Frame& frame, const PatchGroup& group) {
  const at::Tensor base =
      group.kind == GroupKind::post ? pass.ablated->resid_behind(group.block) : pass.ablated->resid(reading_point(pass.config, group));
  return frame.seq_len() == pass.seq_len ? base : at_positions(base, 0, pass.seq_len, frame.positions);
}

// The deltas of sources that write before the group reads.
Delta deltas_before(const Frame& frame, const PatchGroup& group) {
  Delta delta = frame.delta;
  const int64_t known = group.first_source + group.sources - delta.first_late;
  delta.late = known > 0 ? delta.late.narrow(0, 0, known) : at::Tensor();
  return delta;
}

at::Tensor tokens_of(const PassPlan& pass, const Frame& frame) {
  return index_on(pass.model.weights().options.device(), frame.positions, at::kInt);
}

}  // namespace

at::Tensor patched_inputs(const PassPlan& pass, const LatentTape& latents, const Frame& frame, const GroupPlan& plan,
                          const std::vector<int64_t>& rows, const Norm& norm) {
  const Weights& weights = pass.model.weights();
  const std::vector<GroupRows> wanted{{&plan, rows}};
  const RowLists lists = pass.listed ? pass.listed->of(*plan.group) : row_lists(wanted, weights.options);
  const at::Tensor ablated = pass.listed || any_from_ablated(wanted) ? ablated_base(pass, frame, *plan.group) : at::Tensor();
  const Delta delta = deltas_before(frame, *plan.group);
  const PatchedRows asked{frame.resid, ablated, delta, lists, tokens_of(pass, frame), frame.n()};
  if (!pass.latents) return patched_rows(asked, norm);
  at::Tensor inputs = patched_rows(asked, Norm{});
  add_latents_(inputs, pass, latents, frame, plan, rows);
  return norm.kind == NormKind::none ? inputs : apply(norm, inputs, type_of(weights));
}

void patched_inputs_by_pieces(const PassPlan& pass, const Frame& frame, const std::vector<GroupRows>& groups, const Norm& norm,
                              const VisitPiece& visit, BegunSum& beside) {
  const Weights& weights = pass.model.weights();
  const PatchGroup& group = *groups[0].plan->group;
  const at::Tensor ablated = any_from_ablated(groups) ? ablated_base(pass, frame, group) : at::Tensor();
  const Delta delta = deltas_before(frame, group);
  const at::Tensor token_of = tokens_of(pass, frame);
  const int64_t masks = groups[0].plan->values.size(0), n = frame.n(), of_mask = n / masks;
  int64_t rows = 0;
  for (const GroupRows& of : groups) rows += static_cast<int64_t>(of.heads.size());
  std::vector<GroupRows> wanted = groups;
  if (beside.plan) {
    wanted.push_back({beside.plan, {0}});
    beside.sources = group.sources;
    beside.sum = at::empty({1, n, pass.config.d_model}, weights.options);
  }
  const int64_t begun = beside.plan ? 1 : 0;
  const int64_t fit = kPieceBytes / ((rows + begun) * pass.config.d_model * static_cast<int64_t>(weights.options.dtype().itemsize()));
  // Whole masks, or of one whole prompts: all that is read again for each of them begins anew with a piece.
  const int64_t unit = masks > 1 ? of_mask : ablated.defined() && ablated.size(0) < n ? ablated.size(0) : frame.seq_len();
  const int64_t most = std::max<int64_t>(1, fit / unit) * unit;
  for (int64_t first = 0; first < n; first += most) {
    const int64_t count = std::min(most, n - first);
    // What is there once for all masks stays whole.
    const auto here = [&](const at::Tensor& x, int64_t dim) { return x.defined() && x.size(dim) == n ? x.narrow(dim, first, count) : x; };
    const Delta of_piece{here(delta.early, 1), here(delta.late, 1), delta.first_late};
    std::vector<GroupPlan> plans;
    std::vector<GroupRows> of_plans;
    plans.reserve(wanted.size());
    for (const auto& [plan, heads] : wanted) {
      plans.push_back(*plan);
      if (masks > 1) plans.back().values = plan->values.narrow(0, first / of_mask, count / of_mask);
      of_plans.push_back({&plans.back(), heads});
    }
    const RowLists lists = row_lists(of_plans, weights.options);
    const PatchedRows asked{here(frame.resid, 0), here(ablated, 0), of_piece, lists, token_of, count};
    if (!beside.plan) {
      visit(patched_rows(asked, norm), first);
      continue;
    }
    const at::Tensor made = begun_rows(asked, norm, begun);
    beside.sum.narrow(1, first, count).copy_(made.narrow(0, rows, begun));
    visit(made.narrow(0, 0, rows), first);
  }
}

at::Tensor finished_input(const PassPlan& pass, const Frame& frame, const BegunSum& begun, const Norm& norm) {
  GroupPlan rest = *begun.plan;
  PatchGroup group = *rest.group;
  group.first_source += begun.sources;
  group.sources -= begun.sources;
  rest.group = &group;
  rest.values = rest.values.narrow(3, begun.sources, group.sources);
  const std::vector<GroupRows> wanted{{&rest, {0}}};
  const RowLists lists = row_lists(wanted, pass.model.weights().options);
  const at::Tensor ablated = any_from_ablated(wanted) ? ablated_base(pass, frame, group) : at::Tensor();
  const Delta delta = deltas_before(frame, group);
  return finished_rows({frame.resid, ablated, delta, lists, tokens_of(pass, frame), frame.n()}, norm, begun.sum);
}

}  // namespace autocircuit
