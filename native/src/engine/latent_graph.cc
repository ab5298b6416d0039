#include "engine/latent_graph.h"

#include <ATen/ATen.h>

#include <string>

#include "engine/latent_blocks.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

void check_table(const Autoencoders& autoencoders, const PatchGraph& table, int64_t columns) {
  if (!table.factorized) throw Error(ErrorCode::bad_input, "latents are sources of factorised graphs only");
  if (table.latents != autoencoders.mlp_counts() || table.attention_latents != autoencoders.attention_counts() ||
      table.stream_latents != autoencoders.stream_counts() || table.errors != autoencoders.errors())
    throw Error(ErrorCode::bad_input,
                "the graph has other latents than this model's autoencoders; make the graph of the model that has them");
  if (table.sources != columns)
    throw Error(ErrorCode::bad_input, "the graph has " + std::to_string(table.sources) + " sources, this model with its latents has " +
                                          std::to_string(columns) + "; the graph is of another model");
}

// The first ordinary source that a group reads: the place of the last autoencoder of the stream before it.
int64_t first_read(const TransformerConfig& config, const Autoencoders& autoencoders, const PatchGroup& group) {
  const SourceOrder order = source_order(config, autoencoders);
  for (int64_t block = (group.kind == GroupKind::end ? config.layers : group.block) - 1; block >= 0; block--)
    if (autoencoders.of_stream(block) >= 0) return order.post(block);
  return order.start();
}

std::string range_text(int64_t first, int64_t count) { return std::to_string(first) + " to " + std::to_string(first + count - 1); }

}  // namespace

LatentGraph::LatentGraph(const TransformerConfig& config, const Autoencoders& autoencoders, const PatchGraph& table) : table_(table) {
  int64_t column = 1;
  // Some ordinary sources side by side, of which the first has the error's place where an autoencoder replaces them.
  const auto place = [&](int64_t number, int64_t sources) {
    for (int64_t source = 0; source < sources; source++) {
      written_.push_back(column);
      if (number >= 0 && source == 0) {
        column_.push_back(column);
        column += autoencoders[number].latents();
      }
      const bool is_there = number < 0 || (source == 0 && autoencoders.errors());
      column_of_.push_back(is_there ? column++ : -1);
    }
  };
  const SourceOrder order = source_order(config, autoencoders);
  for (int64_t block = 0; block < config.layers; block++) {
    place(autoencoders.of_attention(block), config.heads);
    if (!config.attn_only) place(autoencoders.of_mlp(block), 1);
    if (autoencoders.of_stream(block) >= 0) {
      place(autoencoders.of_stream(block), 1);
    } else if (order.has_post(block)) {
      written_.push_back(column);
      column_of_.push_back(-1);
    }
  }
  written_.push_back(column);
  check_table(autoencoders, table, column);
  ordinary_ = std::make_shared<PatchGraph>();
  ordinary_->seq_len = table.seq_len;
  ordinary_->sources = order.count();
  for (const PatchGroup& group : table.groups) {
    const bool inside = group.block >= 0 && group.block < config.layers;
    if (!inside || (group.kind == GroupKind::post && autoencoders.of_stream(group.block) < 0) || group.kind == GroupKind::mid)
      throw Error(ErrorCode::bad_input, "the graph has a group that reads in block " + std::to_string(group.block) +
                                            " what this model with its autoencoders does not read there; the graph is of another model");
    const int64_t end = group.kind == GroupKind::post ? order.post(group.block) : order.before(reading_point(config, group));
    add_group(group, first_read(config, autoencoders, group), end);
  }
  ordinary_->edges = static_cast<int64_t>(cells_.size());
}

// With the cells of a group that reads the ordinary sources from `first` on.
void LatentGraph::add_group(const PatchGroup& of_table, int64_t first, int64_t end) {
  const int64_t first_column = written_[first], columns = written_[end] - first_column;
  if (of_table.first_source != first_column || of_table.sources != columns)
    throw Error(ErrorCode::bad_input, "the graph has a group with sources " + range_text(of_table.first_source, of_table.sources) +
                                          " where this model with its latents has " + range_text(first_column, columns) +
                                          "; the graph is of another model");
  PatchGroup made = of_table;
  made.first_source = first;
  made.sources = end - first;
  made.offset = static_cast<int64_t>(cells_.size());
  const int64_t rows = (table_.seq_len == 0 ? 1 : table_.seq_len) * of_table.heads;
  for (int64_t row = 0; row < rows; row++)
    for (int64_t source = first; source < end; source++) {
      const int64_t first_cell = of_table.offset + row * of_table.sources;
      // What is not there is zero, in the run and ablated: it follows its row, so that the row stays of one kind.
      const bool is_there = column_of_[source] >= 0;
      if (is_there) own_.push_back(static_cast<int64_t>(cells_.size()));
      cells_.push_back(first_cell + (is_there ? column_of_[source] - first_column : 0));
      if (is_there) own_cells_.push_back(cells_.back());
    }
  ordinary_->groups.push_back(made);
}

at::Tensor LatentGraph::ordinary_mask(const at::Tensor& mask) const {
  return mask.detach().index_select(1, at::tensor(cells_, at::TensorOptions(mask.device()).dtype(at::kLong)));
}

void LatentGraph::add_ordinary_(at::Tensor& whole, const at::Tensor& ordinary) const {
  const auto index = [&](const std::vector<int64_t>& cells) { return at::tensor(cells, whole.options().dtype(at::kLong)); };
  whole.index_add_(1, index(own_cells_), ordinary.index_select(1, index(own_)).to(whole.scalar_type()));
}

void LatentGraph::reclassify(MaskPlan& plan, const at::Tensor& mask, PlanKind kind) const {
  // As the ordinary mask is all zeros then, its rows are plain already.
  if (kind != PlanKind::listed && !mask.ne(0).any().item<bool>()) return;
  const int64_t tokens = table_.seq_len == 0 ? 1 : table_.seq_len;
  for (size_t g = 0; g < table_.groups.size(); g++) {
    const PatchGroup& group = table_.groups[g];
    const at::Tensor cells =
        mask.narrow(1, group.offset, tokens * group.heads * group.sources).view({mask.size(0), tokens, group.heads, group.sources});
    const auto count = [&](double dropped) { return cells.ne(dropped).sum({0, 1, 3}).to(at::kCPU).contiguous(); };
    const at::Tensor not_zero = count(0), not_one = count(1);
    std::vector<RowKind> rows;
    for (int64_t head = 0; head < group.heads; head++) {
      const RowKind made = classify({not_zero.const_data_ptr<int64_t>()[head], not_one.const_data_ptr<int64_t>()[head]}, kind);
      rows.push_back(made == RowKind::ablated && (group.kind == GroupKind::mlp || group.kind == GroupKind::post) ? RowKind::near_ablated
                                                                                                                 : made);
    }
    plan.set_rows(g, std::move(rows));
  }
}

}  // namespace autocircuit
