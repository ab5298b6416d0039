#include "engine/forward_request.h"

#include <stdexcept>

namespace autocircuit {

Ablation::Ablation(at::Tensor sources, bool same_everywhere) : sources_(sources.detach().contiguous()), same_everywhere_(same_everywhere) {
  if (sources_.dim() != 4) throw std::invalid_argument("an ablation's sources must have shape [sources, batch or 1, positions, d_model]");
}

}  // namespace autocircuit
