#include "engine/starting_run.h"

#include <ATen/ATen.h>

#include "engine/frame.h"
#include "engine/weights.h"
#include "engine/wide.h"
#include "engine/workspace.h"

namespace autocircuit {

StartingRun::StartingRun(const PassPlan& plan, std::shared_ptr<const KeptRun> run)
    : pass_(plan), run_(std::move(run)), cache_(plan.model.workspace().of(*run_)) {
  if (plan.mask) delta_ = cache_->delta(*run_, *plan.ablated);
}

const at::Tensor& StartingRun::projection(int64_t block, Projection which) {
  at::Tensor& made = cache_->projections[{block, which}];
  if (!made.defined())
    made = apply(linear_of(pass_.model, block, which),
                 apply(norm_before(pass_.model, block, which), resid(attention_point(block)), type_of(pass_.model.weights())));
  return made;
}

KeptHeads& StartingRun::heads(int64_t block, const std::vector<int64_t>& positions) {
  KeptHeads& kept = cache_->heads;
  const uint64_t graph = pass_.request.patch->graph->serial.value(), ablation = pass_.ablated->serial();
  if (kept.block == block && kept.positions == positions && kept.graph == graph && kept.ablation == ablation) return kept;
  const auto here = [&](const at::Tensor& rows) {
    return static_cast<int64_t>(positions.size()) == pass_.seq_len ? rows : at_positions(rows, 0, pass_.seq_len, positions);
  };
  const BlockWeights& weights = pass_.model.weights().blocks[block];
  kept = KeptHeads();
  kept.graph = graph;
  kept.ablation = ablation;
  kept.block = block;
  kept.before = here(resid(attention_point(block)));
  if (weights.b_o.defined()) kept.before = kept.before + weights.b_o;
  kept.after = here(resid(attention_point(block) + (pass_.config.attn_only ? 2 : 1)));
  kept.rows.resize(pass_.config.heads);
  const int64_t first = pass_.order.heads(block);
  for (int64_t source = first; source < first + pass_.config.heads; source++) {
    kept.outputs.push_back(here(run_->source_outputs[source].flatten(0, 1)));
    kept.deltas.push_back(here(delta_[source]));
  }
  kept.positions = positions;
  return kept;
}

}  // namespace autocircuit
