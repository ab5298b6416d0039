#include "engine/workspace.h"

#include "engine/run_cache.h"

namespace autocircuit {

Origin::~Origin() {
  for (const std::weak_ptr<Workspace>& each : kept_in_)
    if (const std::shared_ptr<Workspace> workspace = each.lock()) workspace->forget(serial());
}

std::shared_ptr<AblationCache> Workspace::of(const Transformer& model, const Ablation& ablation) {
  std::shared_ptr<AblationCache>& cache = ablations_[ablation.serial()];
  if (!cache) {
    cache = std::make_shared<AblationCache>(model, ablation);
    remember(ablation);
  }
  return cache;
}

std::shared_ptr<RunCache> Workspace::of(const KeptRun& run) {
  std::shared_ptr<RunCache>& cache = runs_[run.serial()];
  if (!cache) {
    cache = std::make_shared<RunCache>();
    remember(run);
  }
  return cache;
}

void Workspace::remember(const Origin& origin) { origin.kept_in_.push_back(weak_from_this()); }

// What is let go of may hold another origin for the last time, whose end comes back here: the maps are whole by then.
void Workspace::forget(uint64_t serial) {
  const auto ablation = ablations_.extract(serial);
  const auto run = runs_.extract(serial);
  for (const auto& [_, cache] : runs_) cache->forget_ablation(serial);
}

}  // namespace autocircuit
