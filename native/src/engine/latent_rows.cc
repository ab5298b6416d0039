#include "engine/latent_rows.h"

#include <ATen/ATen.h>

#include "devices/device_index.h"

namespace autocircuit {

void each_read(const PassPlan& pass, const LatentTape& tape, const Frame& frame, const PatchGroup& group, const VisitLatents& visit) {
  const Autoencoders& autoencoders = pass.latents->autoencoders;
  for (int64_t number = 0; number < autoencoders.count(); number++) {
    if (!pass.latents->graph->reads(group, number)) continue;
    const LatentLists lists = tape.in_frame(number, frame);
    if (lists.entries() > 0) visit(number, lists, autoencoders[number].decoder_before(LatentGraph::reading_block(group)));
  }
}

at::Tensor latent_cells(const PassPlan& pass, const Frame& frame, const PatchGroup& group, int64_t number, const at::Tensor& columns,
                        const std::vector<int64_t>& rows) {
  const LatentGraph& graph = *pass.latents->graph;
  const bool by_token = graph.table().seq_len > 0;
  std::vector<int64_t> of_token, of_row;
  const int64_t per_mask = frame.n() / pass.masks;
  for (int64_t n = 0; n < frame.n(); n++)
    of_token.push_back(n / per_mask * graph.table().edges + group.offset + graph.column(number) - group.first_source +
                       (by_token ? frame.positions[n % frame.seq_len()] * group.heads * group.sources : 0));
  for (const int64_t row : rows) of_row.push_back(row * group.sources);
  const at::Device device = columns.device();
  return index_on(device, of_token).view({-1, 1, 1}) + index_on(device, of_row).view({1, -1, 1}) + columns.unsqueeze(1);
}

void add_latents_(at::Tensor& inputs, const PassPlan& pass, const LatentTape& tape, const Frame& frame, const GroupPlan& plan,
                  const std::vector<int64_t>& rows) {
  const at::Tensor& mask = pass.latents->mask;
  const PatchGroup& group = pass.latents->graph->of(*plan.group);
  std::vector<int64_t> from_ablated;
  for (const int64_t row : rows) from_ablated.push_back(plan.rows[row] == RowKind::near_ablated);
  const at::Tensor shift = index_on(inputs.device(), from_ablated).to(mask.options()).view({1, -1, 1});
  each_read(pass, tape, frame, group, [&](int64_t number, const LatentLists& lists, const at::Tensor& decoder) {
    const at::Tensor weights = mask.flatten().take(latent_cells(pass, frame, group, number, lists.column, rows)) - shift;
    inputs.add_(sum_rows(weights * lists.delta.unsqueeze(1), decoder, lists.row));
  });
}

}  // namespace autocircuit
