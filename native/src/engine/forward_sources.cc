#include <ATen/ATen.h>

#include "engine/forward_pass.h"
#include "engine/patched_inputs.h"
#include "engine/wide.h"

// What sources give, written into the frame, and what destinations read of it.
namespace autocircuit {

at::Tensor ForwardPass::ablated_outputs(int64_t first, int64_t count) const {
  if (!pass_.mask) return {};
  const at::Tensor part = pass_.ablated->sources().narrow(0, first, count).flatten(1, 2);
  return frame_.seq_len() == pass_.seq_len ? part : at_positions(part, 1, pass_.seq_len, frame_.positions);
}

// A source's output becomes its delta (or stays as it is, where nothing is patched).
void ForwardPass::record(int64_t source, const at::Tensor& output) {
  if (!frame_.delta.late.defined()) return;
  if (!pass_.live.delta[source]) return;
  at::Tensor slot = frame_.delta.late.select(0, source - frame_.delta.first_late);
  if (!pass_.mask) {
    slot.copy_(output);
    return;
  }
  const at::Tensor ablated = ablated_outputs(source, 1)[0];
  const auto per_example = [&](const at::Tensor& x) { return x.view({-1, ablated.size(0), config_.d_model}); };
  at::Tensor deltas = per_example(slot);
  at::sub_out(deltas, ablated.unsqueeze(0), per_example(output));
}

// A source that is the stream itself, which goes on as what is recorded.
void ForwardPass::record_stream(int64_t source) {
  const at::ScalarType type = type_of(model_.weights());
  frame_.resid = frame_.resid.to(type).to(stream_type(model_.weights()));
  record(source, frame_.resid);
}

// On at the asked positions alone, where the sources before are known.
void ForwardPass::narrow(int64_t known_sources) {
  const std::vector<int64_t>& positions = *pass_.request.positions;
  const Frame& full = tape_.all_positions.emplace(frame_);
  at::Tensor late;
  if (full.delta.late.defined()) late = empty_deltas(full.delta.late.size(0), full.batch * static_cast<int64_t>(positions.size()));
  frame_ = full.narrowed(positions, known_sources, late);
}

GroupInput ForwardPass::input_of(const GroupPlan* plan, int64_t block, Projection which, const std::vector<uint8_t>& live,
                                 GroupInput::KnownPlain known) {
  const BegunSum begun = std::exchange(begun_, {});
  const auto make = [&](const GroupPlan& of, const std::vector<int64_t>& rows, const Norm& norm) {
    return begun.plan == &of ? finished_input(pass_, frame_, begun, norm) : patched_inputs(pass_, tape_.latents, frame_, of, rows, norm);
  };
  return GroupInput(model_, frame_, plan, block, which, live, pass_.ablated.get(), make, std::move(known));
}

}  // namespace autocircuit
