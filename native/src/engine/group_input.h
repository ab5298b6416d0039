#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <vector>

#include "engine/ablation_cache.h"
#include "engine/frame.h"
#include "engine/norm.h"
#include "engine/projections.h"
#include "masks/mask_plan.h"

namespace autocircuit {

// The normalised inputs of one group of destinations: one tensor for all that read the plain residual stream, one row for
// each that has patched edges, and the ablation's own projection for those whose every edge is patched.
class GroupInput {
 public:
  // Makes the inputs of some rows of a group behind a norm, [rows, N, D].
  using PatchedInputs = std::function<at::Tensor(const GroupPlan& plan, const std::vector<int64_t>& rows, const Norm& norm)>;

  // Gives what plain rows project to, [N / masks, columns], where a kept run has it already.
  using KnownPlain = std::function<at::Tensor(Projection)>;

  // `live`: which heads (rows) are needed. `plan` is null where the graph has no destinations. Without `patched_inputs` what is projected
  // of patched rows is left unset.
  GroupInput(const Transformer& model, const Frame& frame, const GroupPlan* plan, int64_t block, Projection which,
             const std::vector<uint8_t>& live, AblationCache* ablated, const PatchedInputs& patched_inputs, KnownPlain known = {});

  // What plain rows read, the stream behind the norm [N, D], once for all groups that read it at the same positions: empty until it is
  // asked for.
  using PlainStream = std::shared_ptr<at::Tensor>;
  void share(PlainStream stream) { plain_ = std::move(stream); }

  // x @ W + b for every live row: [N, rows * columns per row], rows that are not live are left unset.
  at::Tensor project(Projection which) const;
  // The patched rows' part of it, of inputs [patched rows, n, D], into some rows [n, rows * columns] of the batch.
  void project_patched(at::Tensor out, const at::Tensor& inputs, Projection which) const;
  const std::vector<int64_t>& patched() const { return patched_; }
  // The input itself [N, D] of a group of one row, which is not ablated.
  at::Tensor normalised() const;

 private:
  int64_t heads_of(const Linear& linear, Projection which) const;
  const at::Tensor& plain() const;

  const Transformer& model_;
  const Frame& frame_;
  const GroupPlan* plan_;
  int64_t block_;
  std::vector<uint8_t> live_;
  AblationCache* ablated_inputs_;
  KnownPlain known_;
  Norm norm_;
  std::vector<int64_t> patched_, ablated_, plain_heads_;
  at::Tensor rows_;  // [patched rows, N, D]
  PlainStream plain_ = std::make_shared<at::Tensor>();
};

}  // namespace autocircuit
