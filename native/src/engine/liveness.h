#pragma once

#include <cstdint>
#include <vector>

#include "engine/config.h"
#include "masks/mask_plan.h"

namespace autocircuit {

// Which parts of the network the requested output depends on under a mask. A head all of whose outgoing edges are ablated
// need not run; nor, then, what only it reads. With few edges kept, that is most of the network.
struct Liveness {
  // Everything runs, every delta is made: for gradients, for collecting sources, and for graphs whose groups read the stream anew.
  static Liveness all(const TransformerConfig& config, int64_t sources);
  // For a factorised graph under a plan (null: nothing patched, no delta needed). `tied_heads`: the heads of a block
  // depend on each other (norms over all of them), so one that runs makes all run.
  static Liveness of(const TransformerConfig& config, const MaskPlan* plan, int64_t sources, bool tied_heads);

  std::vector<std::vector<uint8_t>> heads;  // [block][head] runs
  std::vector<uint8_t> mlp;                 // [block] runs
  std::vector<uint8_t> delta;               // [source] its own output is needed, not only its part in the sum
  std::vector<uint8_t> resid;               // [point] the residual stream is read there or later

  bool any_head(int64_t block) const;
  std::vector<int64_t> live_heads(int64_t block) const;
};

}  // namespace autocircuit
