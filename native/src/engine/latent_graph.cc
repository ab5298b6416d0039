#include "engine/latent_graph.h"

#include <ATen/ATen.h>

#include <stdexcept>
#include <string>

#include "engine/reading_points.h"

namespace autocircuit {
namespace {

void check_table(const Autoencoders& autoencoders, const PatchGraph& table, int64_t columns) {
  if (!table.factorized) throw std::invalid_argument("latents are sources of factorised graphs only");
  if (table.latents != autoencoders.mlp_counts() || table.attention_latents != autoencoders.attention_counts() ||
      table.errors != autoencoders.errors())
    throw std::invalid_argument("the graph has other latents than this model's autoencoders; make the graph of the model that has them");
  if (table.sources != columns)
    throw std::invalid_argument("the graph has " + std::to_string(table.sources) + " sources, this model with its latents has " +
                                std::to_string(columns) + "; the graph is of another model");
}

}  // namespace

LatentGraph::LatentGraph(const TransformerConfig& config, const Autoencoders& autoencoders, const PatchGraph& table) : table_(table) {
  // Column of the table for each ordinary source, -1 where it has none: an error that is dropped, heads but the first in whose place an
  // error stands. And how many columns are written before each.
  std::vector<int64_t> column_of{0}, written{0};
  int64_t column = 1;
  const auto place = [&](int64_t number, int64_t sources) {
    written.push_back(column);
    if (number >= 0) {
      column_.push_back(column);
      column += autoencoders[number].latents();
      column_of.push_back(autoencoders.errors() ? column++ : -1);
    } else {
      column_of.push_back(column++);
    }
    for (int64_t other = 1; other < sources; other++) {
      written.push_back(column);
      column_of.push_back(number >= 0 ? -1 : column++);
    }
  };
  for (int64_t block = 0; block < config.layers; block++) {
    place(autoencoders.of_attention(block), config.heads);
    if (!config.attn_only) place(autoencoders.of_mlp(block), 1);
  }
  written.push_back(column);
  check_table(autoencoders, table, column);
  ordinary_ = std::make_shared<PatchGraph>();
  ordinary_->tokens = table.tokens;
  ordinary_->sources = static_cast<int64_t>(column_of.size());
  const int64_t tokens = table.tokens == 0 ? 1 : table.tokens;
  for (const DestinationGroup& group : table.groups) {
    if (group.first_source != 0) throw std::invalid_argument("a graph with latents has groups that read from the first source on");
    const SourceOrder order(config, true);
    const bool inside = group.layer >= 0 && group.layer < config.layers;
    DestinationGroup made = group;
    made.sources = group.reader == Reader::end ? order.count() : inside ? order.before(reading_point(config, group)) : 0;
    made.offset = static_cast<int64_t>(cells_.size());
    const int64_t known = made.sources == 0 ? 0 : written[made.sources];
    if (group.sources != known)
      throw std::invalid_argument("the graph has a group with " + std::to_string(group.sources) +
                                  " sources where this model with its latents has " + std::to_string(known) +
                                  "; the graph is of another model");
    for (int64_t row = 0; row < tokens * group.heads; row++)
      for (int64_t source = 0; source < made.sources; source++) {
        const int64_t first = group.offset + row * group.sources;
        // What is not there is zero, in the run and ablated: it follows its row, so that the row stays of one kind.
        if (column_of[source] >= 0) {
          own_.push_back(static_cast<int64_t>(cells_.size()));
          own_cells_.push_back(first + column_of[source]);
        }
        cells_.push_back(first + std::max<int64_t>(0, column_of[source]));
      }
    ordinary_->groups.push_back(made);
  }
  ordinary_->edges = static_cast<int64_t>(cells_.size());
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
  const int64_t tokens = table_.tokens == 0 ? 1 : table_.tokens;
  for (size_t g = 0; g < table_.groups.size(); g++) {
    const DestinationGroup& group = table_.groups[g];
    const at::Tensor cells =
        mask.narrow(1, group.offset, tokens * group.heads * group.sources).view({mask.size(0), tokens, group.heads, group.sources});
    const auto count = [&](double dropped) { return cells.ne(dropped).sum({0, 1, 3}).to(at::kCPU).contiguous(); };
    const at::Tensor not_zero = count(0), not_one = count(1);
    std::vector<RowKind> rows;
    for (int64_t head = 0; head < group.heads; head++) {
      const RowKind made = classify({not_zero.const_data_ptr<int64_t>()[head], not_one.const_data_ptr<int64_t>()[head]}, kind);
      rows.push_back(made == RowKind::ablated && group.reader == Reader::mlp ? RowKind::near_ablated : made);
    }
    plan.set_rows(g, std::move(rows));
  }
}

}  // namespace autocircuit
