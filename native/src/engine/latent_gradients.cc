#include "engine/latent_gradients.h"

#include <ATen/ATen.h>

#include <numeric>

#include "devices/device_index.h"
#include "engine/latent_rows.h"

namespace autocircuit {
namespace {

std::vector<int64_t> all_rows(const PatchGroup& group) {
  std::vector<int64_t> rows(group.heads);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

}  // namespace

LatentGradients::LatentGradients(const PassPlan& pass, const LatentTape& tape)
    : pass_(pass), autoencoders_(pass.latents->autoencoders), tape_(tape), entries_(autoencoders_.count()),
      mask_(at::zeros({pass.latents->mask.numel()}, pass.model.weights().options)), trained_(pass.latents->leaves.size()) {}

void LatentGradients::contract(const Frame& frame, const std::vector<const GroupPlan*>& plans, const at::Tensor& grad) {
  const LatentGraph& graph = *pass_.latents->graph;
  // What reads at one point reads the same rows of a decoder: they are gathered once for all.
  each_read(pass_, tape_, frame, graph.of(*plans[0]->group), [&](int64_t number, const LatentLists& lists, const at::Tensor& decoder) {
    const at::Tensor& by = lists.direction.defined() ? lists.direction : lists.delta;
    const at::Tensor products = row_products(grad, decoder, lists.row) * by.unsqueeze(1);
    int64_t row = 0;
    for (const GroupPlan* plan : plans) {
      const PatchGroup& group = graph.of(*plan->group);
      const at::Tensor cells = latent_cells(pass_, frame, group, number, lists.column, all_rows(group));
      mask_.scatter_add_(0, cells.flatten(), products.narrow(1, row, group.heads).flatten());
      row += group.heads;
    }
  });
}

void LatentGradients::flow(const Frame& frame, const GroupPlan& plan, const at::Tensor& grad) {
  const PatchGroup& group = pass_.latents->graph->of(*plan.group);
  each_read(pass_, tape_, frame, group, [&](int64_t number, const LatentLists& lists, const at::Tensor& decoder) {
    const at::Tensor cells = latent_cells(pass_, frame, group, number, lists.column, all_rows(group));
    const at::Tensor kept = 1 - pass_.latents->mask.flatten().take(cells);
    add_to_entries(number, frame, (row_products(grad, decoder, lists.row) * kept).sum(1));
  });
}

// part [N, K] of the frame's tokens.
void LatentGradients::add_to_entries(int64_t number, const Frame& frame, const at::Tensor& part) {
  at::Tensor& into = entries_[number];
  if (!into.defined()) into = at::zeros_like(tape_.lists[number].current);
  if (into.size(0) == frame.n()) into.add_(part);
  else
    into.view({-1, pass_.seq_len, into.size(1)})
        .index_add_(1, index_on(part.device(), frame.positions), part.view({-1, frame.seq_len(), part.size(1)}));
}

LatentGradients::OfAutoencoder LatentGradients::through(int64_t number, const at::Tensor& grad, const Frame& frame,
                                                        const at::Tensor& post_scale) {
  const Autoencoder& autoencoder = autoencoders_[number];
  const LatentLists& lists = tape_.lists[number];
  at::Tensor of_entries;
  if (autoencoders_.crosses_layers(number)) {
    cross_layer_.through(autoencoders_, number, grad, frame, [&](int64_t writer, const at::Tensor& step, const at::Tensor& decoder) {
      add_to_entries(writer, frame, row_products(step.unsqueeze(0), decoder, tape_.in_frame(writer, frame).row).squeeze(1));
    });
    of_entries = entries_[number];
  } else {
    of_entries = row_products(grad.unsqueeze(0), autoencoder.decoders[0], lists.row).squeeze(1);
    if (entries_[number].defined()) of_entries = of_entries + entries_[number];
  }
  if (activity_.defined()) of_entries = of_entries + activity_;
  of_entries = of_entries * (lists.current != 0);
  if (pass_.latents->trains) train(number, grad, of_entries);
  OfAutoencoder made;
  if (post_scale.defined()) {
    made.post_scale = (of_entries * lists.current).sum(1, true) / post_scale;
    of_entries = of_entries * post_scale;
  }
  made.input = sum_rows(of_entries.unsqueeze(1), autoencoder.encode.flatten(0, 1), lists.row)[0];
  return made;
}

at::Tensor LatentGradients::of_mask(const at::Tensor& ordinary) const {
  at::Tensor whole = mask_.view({pass_.masks, -1});
  pass_.latents->graph->add_ordinary_(whole, ordinary);
  return whole;
}

}  // namespace autocircuit
