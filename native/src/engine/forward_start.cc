#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "engine/forward_pass.h"
#include "engine/wide.h"

// Where a pass begins: at the embedding, or in the middle of a kept run.
namespace autocircuit {
namespace {

at::Tensor padding_of_all(const PassPlan& plan) {
  at::Tensor padding = plan.request.padding;
  if (padding.defined() && padding.size(0) != plan.batch) padding = padding.repeat({plan.batch / padding.size(0)});
  return padding;
}

at::Tensor copied_to_host(const at::Tensor& numbers) { return numbers.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true); }

std::shared_ptr<KeptRun> empty_run(const PassPlan& plan) {
  const ForwardRequest& request = plan.request;
  auto run = std::make_shared<KeptRun>();
  run->model = plan.model.serial();
  run->tokens = copied_to_host(request.tokens);
  if (request.padding.defined()) run->padding = copied_to_host(request.padding);
  if (request.prefix) run->prefix = request.prefix->serial.value();
  run->batch = plan.batch;
  run->seq_len = plan.seq_len;
  run->resid.resize(end_point(plan.config) + 1);
  return run;
}

std::shared_ptr<Prefix> empty_prefix(const PassPlan& plan) {
  auto prefix = std::make_shared<Prefix>();
  prefix->model = plan.model.serial();
  prefix->seq_len = plan.seq_len + (plan.request.prefix ? plan.request.prefix->seq_len : 0);
  return prefix;
}

}  // namespace

ForwardPass::ForwardPass(const PassPlan& plan, std::shared_ptr<const KeptRun> from)
    : pass_(plan), model_(plan.model), config_(plan.config),
      start_(from ? std::make_optional<StartingRun>(plan, std::move(from)) : std::nullopt),
      attention_(plan.config, plan.model.weights(), plan.seq_len, padding_of_all(plan), plan.request.prefix) {
  if (plan.is_hooked()) hooks_.emplace(plan.request.hooks);
  if (plan.request.keep_run) kept_ = empty_run(plan);
  if (plan.request.want_keys_values) kept_prefix_ = empty_prefix(plan);
  tape_.blocks.resize(config_.layers);
  if (plan.latents) latents_.emplace(plan, tape_.latents);
}

void ForwardPass::start() {
  frame_.batch = pass_.batch;
  frame_.positions.resize(pass_.seq_len);
  std::iota(frame_.positions.begin(), frame_.positions.end(), 0);
  if (start_) {
    const int64_t point = pass_.leaves_run_at;
    frame_.delta.first_late = pass_.order.before(point);
    if (pass_.mask) frame_.delta.early = start_->delta();
    make_deltas();
    if (pass_.live.resid[point]) frame_.resid = pass_.masks > 1 ? start_->resid(point).repeat({pass_.masks, 1}) : start_->resid(point);
    return;
  }
  make_deltas();
  if (!pass_.live.resid[0] && !pass_.live.delta[0]) return;
  frame_.resid = embedded().to(stream_type(model_.weights()));
  record(pass_.order.start(), frame_.resid);
}

at::Tensor ForwardPass::embedded() const {
  const Weights& weights = model_.weights();
  const ForwardRequest& request = pass_.request;
  // A source's output like others: of the network's type, whatever the stream is.
  if (request.start.defined())
    return request.start.detach()
        .to(weights.options)
        .expand({pass_.batch, pass_.seq_len, config_.d_model})
        .reshape({pass_.rows(), config_.d_model});
  at::Tensor x = at::embedding(weights.embed, request.tokens);
  if (config_.embed_scale != 1.0) x = x * config_.embed_scale;
  if (weights.positions.defined()) x = x + at::embedding(weights.positions, attention_.text_positions() + config_.position_offset);
  return x.reshape({pass_.rows(), config_.d_model});
}

// Room for deltas. Products over all of a block's sources, which devices other than the CPU make, also read those that no list
// names: these must be numbers.
at::Tensor ForwardPass::empty_deltas(int64_t sources, int64_t n) const {
  const at::TensorOptions& options = model_.weights().options;
  const bool all_written = pass_.all_live || options.device().is_cpu();
  return all_written ? at::empty({sources, n, config_.d_model}, options) : at::zeros({sources, n, config_.d_model}, options);
}

void ForwardPass::make_deltas() {
  const std::vector<uint8_t>& wanted = pass_.live.delta;
  const bool any = pass_.mask || std::any_of(wanted.begin(), wanted.end(), [](uint8_t d) { return d; });
  if (any) frame_.delta.late = empty_deltas(pass_.order.count() - frame_.delta.first_late, pass_.rows());
}

std::vector<at::Tensor> ForwardPass::read_from(int64_t point) const {
  std::vector<at::Tensor> read{start_->delta(), pass_.ablated->sources()};
  for (; point <= end_point(config_); point++) read.push_back(pass_.ablated->resid(point));
  return read;
}

}  // namespace autocircuit
