#include "engine/run_cache.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/ablation_cache.h"

namespace autocircuit {

const at::Tensor& RunCache::delta(const KeptRun& run, const AblationCache& ablation) {
  if (delta_of_ == ablation.serial()) return delta_;
  const at::NoGradGuard no_grad;
  delta_ = (ablation.sources() - run.source_outputs).flatten(1, 2);
  delta_of_ = ablation.serial();
  return delta_;
}

void RunCache::forget_ablation(uint64_t serial) {
  if (delta_of_ == serial) {
    delta_of_ = 0;
    delta_ = at::Tensor();
  }
  if (heads.ablation == serial) heads = KeptHeads();
}

}  // namespace autocircuit
