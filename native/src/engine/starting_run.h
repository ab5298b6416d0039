#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "engine/kept_heads.h"
#include "engine/pass_plan.h"
#include "engine/projections.h"
#include "engine/run_cache.h"

namespace autocircuit {

// The kept run that a pass starts from, with what passes that left it made of it. Rows [N / masks].
class StartingRun {
 public:
  StartingRun(const PassPlan& plan, std::shared_ptr<const KeptRun> run);

  const at::Tensor& resid(int64_t point) const { return run_->resid[point]; }
  // [S, rows, D] ablated - current of every source; undefined where nothing is patched.
  const at::Tensor& delta() const { return delta_; }
  // What plain rows project to: [rows, columns].
  const at::Tensor& projection(int64_t block, Projection which);
  // What the run knows of a block's heads at these positions; at first their outputs in the run itself, under rows of zeros.
  KeptHeads& heads(int64_t block, const std::vector<int64_t>& positions);

 private:
  const PassPlan& pass_;
  const std::shared_ptr<const KeptRun> run_;
  const std::shared_ptr<RunCache> cache_;
  at::Tensor delta_;
};

}  // namespace autocircuit
