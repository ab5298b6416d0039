#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "engine/ablation_cache.h"
#include "engine/transformer.h"

namespace autocircuit {

struct RunCache;

// What a transformer keeps of its passes for later ones, under the serial numbers of what it was made from. It goes with the
// transformer, and each part with the ablation or the kept run that it was made from.
class Workspace : public std::enable_shared_from_this<Workspace> {
 public:
  // `model` is the transformer that the workspace belongs to.
  std::shared_ptr<AblationCache> of(const Transformer& model, const Ablation& ablation);
  std::shared_ptr<RunCache> of(const KeptRun& run);

  size_t ablations() const { return ablations_.size(); }
  size_t runs() const { return runs_.size(); }

 private:
  friend class Origin;
  void forget(uint64_t serial);
  void remember(const Origin& origin);

  std::unordered_map<uint64_t, std::shared_ptr<AblationCache>> ablations_;
  std::unordered_map<uint64_t, std::shared_ptr<RunCache>> runs_;
};

}  // namespace autocircuit
