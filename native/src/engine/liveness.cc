#include "engine/liveness.h"

#include <algorithm>

#include "engine/reading_points.h"

namespace autocircuit {
namespace {

class Walk {
 public:
  Walk(const TransformerConfig& config, const MaskPlan* plan, bool whole_layers, Liveness& live)
      : config_(config), plan_(plan), whole_layers_(whole_layers), order_(config, StreamSources::none), live_(live) {}

  // From the output backwards: a group that runs makes what it reads live.
  void run() {
    read(GroupKind::end, 0, 0, end_point(config_));
    for (int64_t layer = config_.layers - 1; layer >= 0; layer--) {
      const int64_t after = attention_point(layer) + 2;
      if (!config_.attn_only) {
        live_.mlp[layer] = resid_from(after) || live_.delta[order_.mlp(layer)];
        if (live_.mlp[layer]) read(GroupKind::mlp, layer, 0, mlp_point(config_, layer));
      }
      const bool summed = resid_from(config_.parallel ? after : mlp_point(config_, layer));
      std::vector<uint8_t>& heads = live_.heads[layer];
      for (int64_t head = 0; head < config_.heads; head++) heads[head] = summed || live_.delta[order_.heads(layer) + head];
      if (whole_layers_ && live_.any_head(layer)) std::fill(heads.begin(), heads.end(), 1);
      for (int64_t head = 0; head < config_.heads; head++)
        if (heads[head]) read_head(layer, head);
    }
  }

 private:
  bool resid_from(int64_t point) const { return live_.resid[point]; }

  void read_head(int64_t layer, int64_t head) {
    const int64_t point = attention_point(layer);
    if (plan_ && plan_->find(GroupKind::qkv, layer)) return read(GroupKind::qkv, layer, head, point);
    read(GroupKind::q, layer, head, point);
    for (const GroupKind kind : {GroupKind::k, GroupKind::v}) {
      const GroupPlan* group = plan_ ? plan_->find(kind, layer) : nullptr;
      const int64_t shared = config_.heads / (group ? group->group->heads : config_.kv_heads);
      read(kind, layer, head / shared, point);
    }
  }

  void read(GroupKind kind, int64_t layer, int64_t row, int64_t point) {
    const GroupPlan* group = plan_ ? plan_->find(kind, layer) : nullptr;
    const RowKind made = group ? group->rows[row] : RowKind::plain;
    if (made == RowKind::plain || made == RowKind::near_plain) std::fill(live_.resid.begin(), live_.resid.begin() + point + 1, 1);
    if (made == RowKind::near_plain || made == RowKind::near_ablated) group->mark_sources(row, live_.delta);
  }

  const TransformerConfig& config_;
  const MaskPlan* plan_;
  const bool whole_layers_;
  const SourceOrder order_;
  Liveness& live_;
};

}  // namespace

Liveness Liveness::all(const TransformerConfig& config, int64_t sources) {
  Liveness live;
  live.heads.assign(config.layers, std::vector<uint8_t>(config.heads, 1));
  live.mlp.assign(config.layers, !config.attn_only);
  live.delta.assign(sources, 1);
  live.resid.assign(end_point(config) + 1, 1);
  return live;
}

Liveness Liveness::of(const TransformerConfig& config, const MaskPlan* plan, int64_t sources, bool whole_layers) {
  Liveness live;
  live.heads.assign(config.layers, std::vector<uint8_t>(config.heads, 0));
  live.mlp.assign(config.layers, 0);
  live.delta.assign(sources, 0);
  live.resid.assign(end_point(config) + 1, 0);
  Walk(config, plan, whole_layers, live).run();
  return live;
}

bool Liveness::any_head(int64_t layer) const {
  return std::any_of(heads[layer].begin(), heads[layer].end(), [](uint8_t head) { return head; });
}

std::vector<int64_t> Liveness::live_heads(int64_t layer) const {
  std::vector<int64_t> live;
  for (size_t head = 0; head < heads[layer].size(); head++)
    if (heads[layer][head]) live.push_back(static_cast<int64_t>(head));
  return live;
}

}  // namespace autocircuit
