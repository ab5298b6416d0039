#include "engine/pass.h"

#include <utility>

#include "runtime/recording.h"
#include "runtime/work_threads.h"

namespace autocircuit {

Pass::Pass(const Transformer& model, const ForwardRequest& request, bool gradients, const RecordedLists* listed)
    : Pass(model, placed(model, request, gradients), gradients, listed) {}

Pass::Pass(const Transformer& model, PlacedRequest placed, bool gradients, const RecordedLists* listed)
    : plan_(model, placed, gradients, listed), forward_(plan_, std::move(placed.request.from)) {}

ForwardResult Pass::forward() {
  const Unrecorded unrecorded;
  const WorkThreads threads(plan_.multiplications_of_block());
  return forward_.run();
}

at::Tensor Pass::backward(const at::Tensor& grad_logits, const at::Tensor& grad_activity) {
  const Unrecorded unrecorded;
  const WorkThreads threads(plan_.multiplications_of_block());
  backward_.emplace(plan_, forward_.take_tape());
  return backward_->run(grad_logits, grad_activity);
}

}  // namespace autocircuit
