#include "engine/forward_request.h"

#include "runtime/error.h"

namespace autocircuit {

Ablation::Ablation(at::Tensor sources, bool same_everywhere) : sources_(sources.detach().contiguous()), same_everywhere_(same_everywhere) {
  if (sources_.dim() != 4)
    throw Error(ErrorCode::bad_input, "an ablation's sources must have shape [sources, batch or 1, positions, d_model]");
}

bool ForwardRequest::is_factorized() const {
  if (patch) return patch->graph->factorized;
  return !graph || graph->factorized;
}

bool ForwardRequest::records_gradients() const { return patch && patch->mask.requires_grad() && want_logits; }

}  // namespace autocircuit
