#include <ATen/ATen.h>

#include <numeric>
#include <stdexcept>

#include "engine/pass.h"
#include "engine/wide.h"
#include "engine/workspace.h"

namespace autocircuit {
namespace {

bool is_factorized(const ForwardRequest& request) {
  if (request.patch) return request.patch->graph->factorized;
  return !request.graph || request.graph->factorized;
}

}  // namespace

int64_t first_patched_point(const TransformerConfig& config, const MaskPlan& plan) {
  int64_t first = end_point(config);
  for (const GroupPlan& group : plan.groups())
    if (group.patched) first = std::min(first, reading_point(config, *group.group));
  return first;
}

Pass::Pass(const Transformer& model, const ForwardRequest& request, bool gradients, const RecordedLists* listed)
    : model_(model), config_(model.config()), request_(request), gradients_(gradients), listed_(listed),
      factorized_(is_factorized(request)), order_(config_, factorized_), saved_(config_.layers) {
  place();
  if (gradients_) request_.from = nullptr;
  if (model.autoencoders()) latents_.emplace(model, request_, gradients);
  if (!request_.hooks.empty()) hooks_.emplace(request_.hooks);
  const bool collects = request.want_sources || request.want_run || request.want_hidden || request.want_prefix || hooks_;
  if (request_.patch) {
    // Residual readers of unfactorised graphs replace the stream itself: nothing to share with other rows.
    const bool as_function = gradients || !factorized_;
    plan_.emplace(*request_.patch->graph, request_.patch->mask,
                  listed_       ? PlanKind::listed
                  : as_function ? PlanKind::gradients
                                : PlanKind::cheapest);
    if (latents_) latents_->reclassify(*plan_, as_function ? PlanKind::gradients : PlanKind::cheapest);
    masks_ = plan_->masks();
    ablated_ = model_.workspace().of(model_, *request_.patch->ablation);
    const int64_t given = ablated_->sources().size(0);
    if (given != order_.count())
      throw std::invalid_argument("the ablation holds " + std::to_string(given) + " sources, this graph has " +
                                  std::to_string(order_.count()));
  }
  length_ = request_.tokens.size(1);
  batch_ = request_.tokens.size(0) * (request_.from ? masks_ : 1);
  if (batch_ % masks_)
    throw std::invalid_argument(std::to_string(masks_) + " masks cannot share a batch of " + std::to_string(batch_) + " prompts evenly");
  if (request_.patch) {
    const at::Tensor& sources = ablated_->sources();
    if (sources.size(2) != length_ || sources.size(3) != config_.d_model || batch_ % sources.size(1))
      throw std::invalid_argument("the ablation was made for " + std::to_string(sources.size(1)) + " prompts of " +
                                  std::to_string(sources.size(2)) + " positions, the run has " + std::to_string(batch_) + " of " +
                                  std::to_string(length_));
    if (plan_->by_token() && request_.patch->graph->tokens != length_)
      throw std::invalid_argument("the graph has " + std::to_string(request_.patch->graph->tokens) + " token positions, the prompts have " +
                                  std::to_string(length_));
  }
  if (request_.from) {
    run_cache_ = model_.workspace().of(*request_.from);
    if (plan_) run_delta_ = run_cache_->delta(*request_.from, *ablated_);
  }
  if (request_.patch) check_gradients();
  if (request_.reference) check_reference();
  if (request_.positions)
    for (const int64_t p : *request_.positions)
      if (p < 0 || p >= length_)
        throw std::invalid_argument("output position " + std::to_string(p) + " lies outside the prompts' " + std::to_string(length_) +
                                    " positions");
  all_live_ = gradients || collects || !factorized_ || listed_ || latents_;
  live_ = all_live_ ? Liveness::all(config_, order_.count())
                    : Liveness::of(config_, plan_ ? &*plan_ : nullptr, order_.count(), has_whole_layers());
  if (!gradients && !request_.want_sources && !request_.want_run && !plan_) live_.delta.assign(order_.count(), 0);
  narrows_ =
      request_.positions && static_cast<int64_t>(request_.positions->size()) < length_ && !collects && !(latents_ && latents_->trains());
  at::Tensor padding = request_.padding;
  if (padding.defined() && padding.size(0) != batch_) padding = padding.repeat({batch_ / padding.size(0)});
  attention_.emplace(config_, model.weights(), length_, padding, request_.prefix);
  if (request_.want_run) {
    kept_ = std::make_shared<PlainRun>();
    kept_->model = model_.serial();
    kept_->tokens = request.tokens.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true);
    if (request.padding.defined()) kept_->padding = request.padding.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true);
    if (request.prefix) kept_->prefix = request.prefix->serial.value();
    kept_->batch = batch_;
    kept_->length = length_;
    kept_->resid.resize(end_point(config_) + 1);
  }
  if (request_.want_prefix) {
    kept_prefix_ = std::make_shared<Prefix>();
    kept_prefix_->model = model_.serial();
    kept_prefix_->length = length_ + (request_.prefix ? request_.prefix->length : 0);
  }
}

// What the request brings, to where the weights are; masks stay, the host reads them.
void Pass::place() {
  const at::TensorOptions& options = model_.weights().options;
  request_.tokens = request_.tokens.to(options.device());
  if (request_.padding.defined()) request_.padding = request_.padding.to(options.device());
  if (request_.reference)
    for (at::Tensor* given : {&request_.reference->logits, &request_.reference->probabilities})
      *given = given->to(options.device(), given->scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
}

// Norms over all heads of a layer tie the heads together.
bool Pass::has_whole_layers() const { return config_.qk_norm == QkNorm::full || model_.weights().blocks[0].ln1_post.scale.defined(); }

void Pass::check_reference() const {
  if (gradients_) throw std::invalid_argument("divergences carry no gradient; ask for logits, or give a mask that does not record one");
  const int64_t positions = request_.positions ? static_cast<int64_t>(request_.positions->size()) : length_;
  const int64_t rows = request_.reference->logits.size(0);
  for (const at::Tensor& given : {request_.reference->logits, request_.reference->probabilities})
    if (given.sizes() != at::IntArrayRef{rows, config_.d_vocab_out} || rows == 0 || rows % positions || batch_ * positions % rows)
      throw std::invalid_argument("the reference must be [prompts * positions, vocabulary], here [" +
                                  std::to_string(batch_ / masks_ * positions) + ", " + std::to_string(config_.d_vocab_out) + "]");
}

int64_t Pass::first_patched_point() const {
  if (listed_) return listed_->point();
  return plan_ ? autocircuit::first_patched_point(config_, *plan_) : end_point(config_);
}

// Of the plain pass, with its share of the unembedding.
double Pass::multiplications_of_block() const {
  const double per_token = static_cast<double>(config_.d_model) * (2 * (config_.heads + config_.kv_heads) * config_.d_head +
                                                                   (config_.gated ? 3 : 2) * (config_.attn_only ? 0 : config_.d_mlp));
  const double tokens = static_cast<double>(batch_ * length_);
  const double outputs = request_.positions ? static_cast<double>(batch_) * static_cast<double>(request_.positions->size()) : tokens;
  return tokens * per_token + outputs * static_cast<double>(config_.d_model * config_.d_vocab_out) / static_cast<double>(config_.layers);
}

at::Tensor Pass::embedded() const {
  const Weights& weights = model_.weights();
  // A source's output like others: of the network's type, whatever the stream is.
  if (request_.start.defined())
    return request_.start.detach()
        .to(weights.options)
        .expand({batch_, length_, config_.d_model})
        .reshape({batch_ * length_, config_.d_model});
  at::Tensor x = at::embedding(weights.embed, request_.tokens);
  if (config_.embed_scale != 1.0) x = x * config_.embed_scale;
  if (weights.positions.defined()) x = x + at::embedding(weights.positions, attention_->token_positions() + config_.position_offset);
  return x.reshape({batch_ * length_, config_.d_model});
}

// Room for deltas. Products over all of a layer's sources, which devices other than the CPU make, also read those that no list
// names: these must be numbers.
at::Tensor Pass::empty_deltas(int64_t sources, int64_t n) const {
  const at::TensorOptions& options = model_.weights().options;
  const bool all_written = all_live_ || options.device().is_cpu();
  return all_written ? at::empty({sources, n, config_.d_model}, options) : at::zeros({sources, n, config_.d_model}, options);
}

void Pass::make_buffers(int64_t n) {
  const bool any = plan_ || std::any_of(live_.delta.begin(), live_.delta.end(), [](uint8_t d) { return d; });
  if (any) frame_.delta.late = empty_deltas(order_.count() - frame_.delta.first_late, n);
}

void Pass::start() {
  frame_.batch = batch_;
  frame_.positions.resize(length_);
  std::iota(frame_.positions.begin(), frame_.positions.end(), 0);
  if (request_.from) return start_from_run(first_patched_point());
  make_buffers(batch_ * length_);
  if (!live_.resid[0] && !live_.delta[0]) return;
  frame_.resid = embedded().to(stream_type(model_.weights()));
  record(order_.start(), frame_.resid);
}

void Pass::start_from_run(int64_t point) {
  const PlainRun& run = *request_.from;
  frame_.delta.first_late = order_.before(point);
  if (plan_) frame_.delta.early = run_delta_;
  make_buffers(batch_ * length_);
  if (live_.resid[point]) frame_.resid = masks_ > 1 ? run.resid[point].repeat({masks_, 1}) : run.resid[point];
}

std::vector<at::Tensor> Pass::read_from(int64_t point) const {
  std::vector<at::Tensor> read{run_delta_, ablated_->sources()};
  for (; point <= end_point(config_); point++) read.push_back(ablated_->resid(point));
  return read;
}

void Pass::narrow(int64_t known_sources) {
  full_ = frame_;
  at::Tensor late;
  if (full_.delta.late.defined())
    late = empty_deltas(full_.delta.late.size(0), full_.batch * static_cast<int64_t>(request_.positions->size()));
  frame_ = full_.narrowed(*request_.positions, known_sources, late);
  narrowed_ = true;
}

}  // namespace autocircuit
