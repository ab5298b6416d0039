#include "engine/latent_pass.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "devices/device_index.h"
#include "engine/latent_blocks.h"

namespace autocircuit {
namespace {

// The tokens of a frame among those of the whole pass, where it has fewer.
at::Tensor tokens_of(const at::Tensor& x, const Frame& frame, int64_t length) {
  if (!x.defined() || x.size(0) == frame.n()) return x;
  return at_positions(x, 0, length, frame.positions);
}

}  // namespace

at::Tensor unpacked(const at::Tensor& rows, const Autoencoders& autoencoders, int64_t number) {
  const int64_t d = rows.size(3);
  const int64_t first = autoencoders.first(number), count = autoencoders[number].latents();
  const int64_t from = first / d, to = (first + count + d - 1) / d;
  return rows.narrow(0, from, to - from)
      .permute({1, 2, 0, 3})
      .reshape({rows.size(1) * rows.size(2), -1})
      .narrow(1, first - from * d, count);
}

LatentPass::LatentPass(const Transformer& model, ForwardRequest& request, bool gradients)
    : autoencoders_(*model.autoencoders()), length_(request.tokens.size(1)), batch_(request.tokens.size(0)),
      keeps_written_(request.want_sources || request.keep_run), keeps_activations_(request.want_latents), lists_(autoencoders_.count()),
      gradients_(autoencoders_.count()), activations_(autoencoders_.count()), written_(autoencoders_.count()), weights_(model.weights()),
      inputs_(autoencoders_.count()) {
  if (!request.patch) return;
  Patch& patch = *request.patch;
  const at::TensorOptions& options = model.weights().options;
  table_ = patch.graph;
  graph_.emplace(model.config(), autoencoders_, *table_);
  given_mask_ = patch.mask.detach();
  const at::Tensor& mask = given_mask_;
  mask_ = (mask.dim() == 1 ? mask.unsqueeze(0) : mask).to(options).contiguous();
  masks_ = mask_.size(0);
  if (request.from) {
    // Lists of latents belong to a pass, not to a kept run: it starts at the beginning, once for each mask.
    request.from = nullptr;
    request.tokens = request.tokens.repeat({masks_, 1});
    batch_ *= masks_;
  }
  if (!patch.autoencoder_leaves.empty()) {
    trains_ = gradients;
    leaves_ = patch.autoencoder_leaves;
    trained_.resize(leaves_.size());
    activity_ = at::zeros({batch_ * length_}, options);
  }
  patch.mask = graph_->ordinary_mask(mask.dim() == 1 ? mask.unsqueeze(0) : mask);
  patch.graph = graph_->ordinary();
  if (gradients) mask_gradient_ = at::zeros({mask_.numel()}, options);
  if (!patch.directions.defined()) return;
  const int64_t sources = source_order(model).count();
  directions_ = patch.directions.narrow(0, sources, autoencoders_.packed_rows()).to(options);
  patch.directions = patch.directions.narrow(0, 0, sources);
}

at::Tensor LatentPass::write(int64_t number, const at::Tensor& x, const Frame& frame, AblationCache* ablated,
                             const at::Tensor& post_scale) {
  const Autoencoder& autoencoder = autoencoders_[number];
  const at::Tensor activations = autoencoder.encoded(x, frame.positions);
  const at::Tensor written = post_scale.defined() ? activations * post_scale : activations;
  if (keeps_activations_) activations_[number] = activations;
  if (keeps_written_) written_[number] = written;
  if (trains_) keep_for_training(number, x, activations);
  const at::Tensor current = autoencoder.on_decoder(written, frame.positions);
  std::vector<int64_t> everywhere(length_);
  std::iota(everywhere.begin(), everywhere.end(), 0);
  const auto here = [&](const at::Tensor& all) {
    const at::Tensor rows = frame.length() == length_ ? all : at_positions(all, 0, length_, frame.positions);
    return rows.size(0) == frame.n() ? rows : rows.repeat({frame.n() / rows.size(0), 1});
  };
  at::Tensor delta, direction;
  if (graph_) delta = here(ablated->latents(number)) - current;
  if (directions_.defined()) direction = here(autoencoder.on_decoder(unpacked(directions_, autoencoders_, number), everywhere));
  lists_[number] = latent_lists(current, delta, direction, autoencoder.latents());
  return written_by(number, frame);
}

bool LatentPass::crosses_layers(int64_t number) const { return autoencoders_.cross_layers() && is_of_mlp(autoencoders_[number].input); }

at::Tensor LatentPass::written_by(int64_t number, const Frame& frame) {
  const auto lists = [&](int64_t of) { return in_frame(of, frame); };
  if (crosses_layers(number)) return cross_layer_.write(autoencoders_, number, lists, &frame);
  return latents_written(autoencoders_[number], autoencoders_[number].block + 1, lists(number)) + autoencoders_[number].out_bias;
}

LatentLists LatentPass::in_frame(int64_t number, const Frame& frame) const {
  const LatentLists& all = lists_[number];
  const auto here = [&](const at::Tensor& x) { return tokens_of(x, frame, length_); };
  return {here(all.row), here(all.column), here(all.current), here(all.delta), here(all.direction)};
}

// Where the mask has the edges of an autoencoder's entries [N, K] to some rows: [N, rows, K].
at::Tensor LatentPass::cells(const Frame& frame, const PatchGroup& group, int64_t number, const at::Tensor& columns,
                             const std::vector<int64_t>& rows) const {
  const bool by_token = graph_->table().tokens > 0;
  std::vector<int64_t> of_token, of_row;
  const int64_t per_mask = frame.n() / masks_;
  for (int64_t n = 0; n < frame.n(); n++)
    of_token.push_back(n / per_mask * graph_->table().edges + group.offset + graph_->column(number) - group.first_source +
                       (by_token ? frame.positions[n % frame.length()] * group.heads * group.sources : 0));
  for (const int64_t row : rows) of_row.push_back(row * group.sources);
  const at::Device device = columns.device();
  return index_on(device, of_token).view({-1, 1, 1}) + index_on(device, of_row).view({1, -1, 1}) + columns.unsqueeze(1);
}

void LatentPass::add_to_rows(at::Tensor& inputs, const Frame& frame, const GroupPlan& plan, const std::vector<int64_t>& rows) const {
  const PatchGroup& group = graph_->of(*plan.group);
  std::vector<int64_t> from_ablated;
  for (const int64_t row : rows) from_ablated.push_back(plan.rows[row] == RowKind::near_ablated);
  const at::Tensor shift = index_on(inputs.device(), from_ablated).to(mask_.options()).view({1, -1, 1});
  for (int64_t number = 0; number < autoencoders_.count(); number++) {
    if (!graph_->reads(group, number)) continue;
    const LatentLists lists = in_frame(number, frame);
    if (lists.entries() == 0) continue;
    const at::Tensor& decoder = autoencoders_[number].decoder_before(LatentGraph::reading_block(group));
    const at::Tensor weights = mask_.flatten().take(cells(frame, group, number, lists.column, rows)) - shift;
    inputs.add_(sum_rows(weights * lists.delta.unsqueeze(1), decoder, lists.row));
  }
}

at::Tensor LatentPass::behind(const at::Tensor& sources) const {
  const int64_t rows = autoencoders_.packed_rows(), d = sources.size(3);
  at::Tensor all = at::cat(written_, 1);
  all = at::constant_pad_nd(all, {0, rows * d - all.size(1)});
  return at::cat({sources, all.view({sources.size(1), sources.size(2), rows, d}).permute({2, 0, 1, 3})});
}

at::Tensor LatentPass::activations() const { return at::cat(activations_, 1); }

void LatentPass::contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  // Groups that are contracted together read at one point, so that the decoder's rows are gathered once for all of them.
  const PatchGroup& first = graph_->of(*plans[0]->group);
  for (int64_t number = 0; number < autoencoders_.count(); number++) {
    if (!graph_->reads(first, number)) continue;
    const LatentLists lists = in_frame(number, frame);
    if (lists.entries() == 0) continue;
    const at::Tensor& by = lists.direction.defined() ? lists.direction : lists.delta;
    const at::Tensor& decoder = autoencoders_[number].decoder_before(LatentGraph::reading_block(first));
    const at::Tensor products = row_products(grad, decoder, lists.row) * by.unsqueeze(1);
    int64_t row = 0;
    for (const GroupPlan* plan : plans) {
      const PatchGroup& group = graph_->of(*plan->group);
      std::vector<int64_t> rows(group.heads);
      std::iota(rows.begin(), rows.end(), 0);
      const at::Tensor cells_of_group = cells(frame, group, number, lists.column, rows);
      mask_gradient_.scatter_add_(0, cells_of_group.flatten(), products.narrow(1, row, group.heads).flatten());
      row += group.heads;
    }
  }
}

void LatentPass::flow(const Frame& frame, const GroupPlan& plan, const at::Tensor& grad) {
  const PatchGroup& group = graph_->of(*plan.group);
  std::vector<int64_t> rows(group.heads);
  std::iota(rows.begin(), rows.end(), 0);
  for (int64_t number = 0; number < autoencoders_.count(); number++) {
    if (!graph_->reads(group, number)) continue;
    const LatentLists lists = in_frame(number, frame);
    if (lists.entries() == 0) continue;
    const at::Tensor kept = 1 - mask_.flatten().take(cells(frame, group, number, lists.column, rows));
    const at::Tensor& decoder = autoencoders_[number].decoder_before(LatentGraph::reading_block(group));
    add_gradient(number, frame, (row_products(grad, decoder, lists.row) * kept).sum(1));
  }
}

// part [N, K] of the frame's tokens.
void LatentPass::add_gradient(int64_t number, const Frame& frame, const at::Tensor& part) {
  at::Tensor& into = gradients_[number];
  if (!into.defined()) into = at::zeros_like(lists_[number].current);
  if (into.size(0) == frame.n()) into.add_(part);
  else
    into.view({-1, length_, into.size(1)})
        .index_add_(1, index_on(part.device(), frame.positions), part.view({-1, frame.length(), part.size(1)}));
}

LatentPass::Grads LatentPass::backward(int64_t number, const at::Tensor& grad, const Frame& frame, const at::Tensor& post_scale) {
  const Autoencoder& autoencoder = autoencoders_[number];
  const LatentLists& lists = lists_[number];
  at::Tensor of_latents;
  if (crosses_layers(number)) {
    cross_layer_.backward(autoencoders_, number, grad, frame, [&](int64_t writer, const at::Tensor& step, const at::Tensor& decoder) {
      add_gradient(writer, frame, row_products(step.unsqueeze(0), decoder, in_frame(writer, frame).row).squeeze(1));
    });
    of_latents = gradients_[number];
  } else {
    of_latents = row_products(grad.unsqueeze(0), autoencoder.decoders[0], lists.row).squeeze(1);
    if (gradients_[number].defined()) of_latents = of_latents + gradients_[number];
  }
  if (activity_grad_.defined()) of_latents = of_latents + activity_grad_;
  of_latents = of_latents * (lists.current != 0);
  if (trains_) train(number, grad, of_latents);
  Grads made;
  if (post_scale.defined()) {
    made.post_scale = (of_latents * lists.current).sum(1, true) / post_scale;
    of_latents = of_latents * post_scale;
  }
  made.input = sum_rows(of_latents.unsqueeze(1), autoencoder.encode.flatten(0, 1), lists.row)[0];
  return made;
}

at::Tensor LatentPass::whole_gradient(const at::Tensor& ordinary) {
  at::Tensor whole = mask_gradient_.view({masks_, -1});
  graph_->add_ordinary_(whole, ordinary);
  return whole;
}

}  // namespace autocircuit
