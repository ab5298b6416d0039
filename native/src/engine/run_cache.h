#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <utility>

#include "engine/kept_heads.h"
#include "engine/projections.h"
#include "engine/recorded_passes.h"

namespace autocircuit {

class AblationCache;
struct KeptRun;

// What passes that leave a kept run make of it for the next one.
struct RunCache {
  // What plain rows project to, by block and projection: made when a pass first leaves the run there.
  std::map<std::pair<int64_t, Projection>, at::Tensor> projections;
  KeptHeads heads;
  RecordedPasses recorded;  // on a device that can repeat them

  // ablated - current for every source [S, N, D], kept for the ablation that was asked for last.
  const at::Tensor& delta(const KeptRun& run, const AblationCache& ablation);
  void forget_ablation(uint64_t serial);

 private:
  uint64_t delta_of_ = 0;
  at::Tensor delta_;
};

}  // namespace autocircuit
