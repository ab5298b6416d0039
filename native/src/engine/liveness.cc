#include "engine/liveness.h"

#include <algorithm>

#include "engine/reading_points.h"

namespace autocircuit {
namespace {

class Walk {
 public:
  Walk(const TransformerConfig& config, const MaskPlan* plan, bool tied_heads, Liveness& live)
      : config_(config), plan_(plan), tied_heads_(tied_heads), order_(config, StreamSources::none), live_(live) {}

  // From the output backwards: a group that runs makes what it reads live.
  void run() {
    read(GroupKind::end, 0, 0, end_point(config_));
    for (int64_t block = config_.layers - 1; block >= 0; block--) {
      const int64_t after = attention_point(block) + 2;
      if (!config_.attn_only) {
        live_.mlp[block] = resid_from(after) || live_.delta[order_.mlp(block)];
        if (live_.mlp[block]) read(GroupKind::mlp, block, 0, mlp_point(config_, block));
      }
      const bool summed = resid_from(config_.parallel ? after : mlp_point(config_, block));
      std::vector<uint8_t>& heads = live_.heads[block];
      for (int64_t head = 0; head < config_.heads; head++) heads[head] = summed || live_.delta[order_.heads(block) + head];
      if (tied_heads_ && live_.any_head(block)) std::fill(heads.begin(), heads.end(), 1);
      for (int64_t head = 0; head < config_.heads; head++)
        if (heads[head]) read_head(block, head);
    }
  }

 private:
  bool resid_from(int64_t point) const { return live_.resid[point]; }

  void read_head(int64_t block, int64_t head) {
    const int64_t point = attention_point(block);
    if (plan_ && plan_->find(GroupKind::qkv, block)) return read(GroupKind::qkv, block, head, point);
    read(GroupKind::q, block, head, point);
    for (const GroupKind kind : {GroupKind::k, GroupKind::v}) {
      const GroupPlan* group = plan_ ? plan_->find(kind, block) : nullptr;
      const int64_t shared = config_.heads / (group ? group->group->heads : config_.kv_heads);
      read(kind, block, head / shared, point);
    }
  }

  void read(GroupKind kind, int64_t block, int64_t row, int64_t point) {
    const GroupPlan* group = plan_ ? plan_->find(kind, block) : nullptr;
    const RowKind made = group ? group->rows[row] : RowKind::plain;
    if (made == RowKind::plain || made == RowKind::near_plain) std::fill(live_.resid.begin(), live_.resid.begin() + point + 1, 1);
    if (made == RowKind::near_plain || made == RowKind::near_ablated) group->mark_sources(row, live_.delta);
  }

  const TransformerConfig& config_;
  const MaskPlan* plan_;
  const bool tied_heads_;
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

Liveness Liveness::of(const TransformerConfig& config, const MaskPlan* plan, int64_t sources, bool tied_heads) {
  Liveness live;
  live.heads.assign(config.layers, std::vector<uint8_t>(config.heads, 0));
  live.mlp.assign(config.layers, 0);
  live.delta.assign(sources, 0);
  live.resid.assign(end_point(config) + 1, 0);
  Walk(config, plan, tied_heads, live).run();
  return live;
}

bool Liveness::any_head(int64_t block) const {
  return std::any_of(heads[block].begin(), heads[block].end(), [](uint8_t head) { return head; });
}

std::vector<int64_t> Liveness::live_heads(int64_t block) const {
  std::vector<int64_t> live;
  for (size_t head = 0; head < heads[block].size(); head++)
    if (heads[block][head]) live.push_back(static_cast<int64_t>(head));
  return live;
}

}  // namespace autocircuit
