#include "engine/recorded_passes.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "devices/device_index.h"
#include "devices/recorder.h"
#include "engine/pass.h"
#include "engine/pass_plan.h"
#include "engine/reading_points.h"
#include "engine/recorded_lists.h"
#include "engine/run_cache.h"
#include "engine/weights.h"
#include "engine/workspace.h"

namespace autocircuit {
namespace {

// A search looks at one or two sizes of batch at a place; more recordings would only hold memory.
constexpr size_t kMostKept = 3;

bool same(const std::optional<Reference>& a, const std::optional<Reference>& b) {
  return a.has_value() == b.has_value() && (!a || (a->logits.is_same(b->logits) && a->probabilities.is_same(b->probabilities)));
}

// A few numbers of the host, which callers make anew for each request.
bool same_padding(const at::Tensor& a, const at::Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || (a.is_cpu() && b.is_cpu() && a.equal(b)));
}

bool only_outputs(const ForwardRequest& request) {
  return request.patch && !request.want_source_outputs && !request.want_resid && !request.keep_run && !request.want_keys_values;
}

}  // namespace

class RecordedPasses::RepeatedPass {
 public:
  RepeatedPass(const Transformer& model, const ForwardRequest& request, int64_t point, int64_t masks)
      : model_(model), request_(request), point_(point), masks_(masks) {
    request_.from = nullptr;  // with the run its recordings go
  }

  bool serves(const Transformer& model, const ForwardRequest& request, int64_t point, int64_t masks) const {
    return model.serial() == model_.serial() && point == point_ && masks == masks_ &&
           request.patch->graph->serial.value() == request_.patch->graph->serial.value() &&
           request.patch->ablation->serial() == request_.patch->ablation->serial() && request.prefix == request_.prefix &&
           request.positions == request_.positions && request.want_logits == request_.want_logits &&
           same_padding(request.padding, request_.padding) && same(request.reference, request_.reference);
  }

  // The first time nothing (the request may never come again); then as a pass of listed rows, which also makes all that passes make
  // once; then recorded.
  std::optional<ForwardResult> run(const ForwardRequest& request, const MaskPlan& plan, const Recorder& record) {
    seen_++;
    if (seen_ == 1) return std::nullopt;
    const TransformerConfig& config = model_.config();
    if (!lists_) lists_ = std::make_unique<RecordedLists>(config, *request.patch->graph, masks_, point_, model_.weights().options);
    lists_->fill(plan);
    if (seen_ == 2) return Pass(model_, request, false, lists_.get()).forward();
    if (!recording_) {
      pass_ = std::make_unique<Pass>(model_, request, false, lists_.get());
      held_ = pass_->read_from(point_);  // also makes what is not there: what a recording makes is there only once it was repeated
      const KnownIndicesOnly no_uploads;
      recording_ = record(model_.weights().options.device().index(), [this] { result_ = pass_->forward(); });
      pass_->leave_run();
      recording_counts().recorded++;
    }
    recording_->replay();
    recording_counts().replayed++;
    ForwardResult copy;
    if (result_.logits.defined()) copy.logits = result_.logits.clone();
    if (result_.divergences.defined()) copy.divergences = result_.divergences.clone();
    return copy;
  }

 private:
  const Transformer& model_;
  ForwardRequest request_;  // holds the rest of it
  const int64_t point_, masks_;
  int64_t seen_ = 0;
  std::unique_ptr<RecordedLists> lists_;
  std::vector<at::Tensor> held_;
  // What lies in the recording's memory is freed before it.
  std::unique_ptr<Recording> recording_;
  std::unique_ptr<Pass> pass_;
  ForwardResult result_;
};

RecordedPasses::RecordedPasses() = default;
RecordedPasses::~RecordedPasses() = default;

std::optional<ForwardResult> RecordedPasses::forward(const Transformer& model, const ForwardRequest& request) {
  const Recorder* record = recorder(model.weights().options.device().type());
  if (!record || !request.from || !only_outputs(request) || !has_ablated_stream(model, *request.patch->graph)) return std::nullopt;
  RecordedPasses& recorded = model.workspace().of(*request.from)->recorded;
  if (recorded.gave_up_) return std::nullopt;
  const MaskPlan plan(*request.patch->graph, request.patch->mask, PlanKind::listed);
  const int64_t point = first_patched_point(model.config(), plan);
  const at::NoGradGuard no_grad;
  std::list<std::unique_ptr<RepeatedPass>>& passes = recorded.passes_;
  auto found = passes.begin();
  while (found != passes.end() && !(*found)->serves(model, request, point, plan.masks())) ++found;
  if (found == passes.end()) {
    passes.push_front(std::make_unique<RepeatedPass>(model, request, point, plan.masks()));
    if (passes.size() > kMostKept) passes.pop_back();
  } else {
    passes.splice(passes.begin(), passes, found);
  }
  request.cancel.check();
  try {
    return passes.front()->run(request, plan, *record);
  } catch (const std::exception& error) {
    request.cancel.check();
    // A pass that cannot be recorded can still run.
    recording_counts().failed++;
    recording_counts().failure = error.what();
    recorded.gave_up_ = true;
    passes.clear();
    return std::nullopt;
  }
}

}  // namespace autocircuit
