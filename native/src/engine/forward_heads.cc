#include <ATen/ATen.h>

#include <algorithm>

#include "devices/device_index.h"
#include "engine/forward_pass.h"
#include "engine/patched_inputs.h"
#include "runtime/recording.h"

// Which heads of a block run, what they read, and what comes out of them before the output matrix.
namespace autocircuit {
namespace {

bool side_by_side(const std::vector<int64_t>& rows) {
  return std::adjacent_find(rows.begin(), rows.end(), [](int64_t a, int64_t b) { return b != a + 1; }) == rows.end();
}

}  // namespace

ForwardPass::HeadGroups ForwardPass::groups_of(int64_t block) const {
  HeadGroups groups{};
  groups.shared = pass_.find(GroupKind::qkv, block);
  groups.q = groups.shared ? groups.shared : pass_.find(GroupKind::q, block);
  groups.k = groups.shared ? groups.shared : pass_.find(GroupKind::k, block);
  groups.v = groups.shared ? groups.shared : pass_.find(GroupKind::v, block);
  groups.query_rows = config_.heads;
  groups.key_rows = groups.k ? groups.k->group->heads : config_.kv_heads;
  groups.value_rows = groups.v ? groups.v->group->heads : config_.kv_heads;
  return groups;
}

// Sorts the heads that somebody needs into those that run and those whose outputs are there already; gives the rows that the former read.
ForwardPass::LiveRows ForwardPass::choose_heads(int64_t block, const HeadGroups& groups, Heads& heads) {
  const auto ablated = [](const GroupPlan* plan, int64_t row) { return plan && plan->rows[row] == RowKind::ablated; };
  const bool constant_heads = pass_.has_constant_heads(block);
  heads.rows.resize(groups.query_rows);
  if (pass_.knows_heads(block)) {
    const bool narrow_now = block + 1 == config_.layers && pass_.narrows;
    heads.kept = &start_->heads(block, narrow_now ? *pass_.request.positions : frame_.positions);
  }
  LiveRows live{std::vector<uint8_t>(groups.query_rows), std::vector<uint8_t>(groups.key_rows), std::vector<uint8_t>(groups.value_rows)};
  for (const int64_t head : pass_.live.live_heads(block)) {
    const int64_t key = head * groups.key_rows / groups.query_rows, value = head * groups.value_rows / groups.query_rows;
    if (constant_heads && ablated(groups.q, head) && ablated(groups.k, key) && ablated(groups.v, value)) {
      heads.constant.push_back(head);
      continue;
    }
    if (heads.kept)
      heads.rows[head] =
          groups.shared ? rows_of_head({groups.shared}, {head}) : rows_of_head({groups.q, groups.k, groups.v}, {head, key, value});
    if (heads.rows[head] && heads.kept->holds(head, *heads.rows[head])) {
      heads.known.push_back(head);
      continue;
    }
    heads.run.push_back(head);
    live.q[head] = live.k[key] = live.v[value] = 1;
  }
  return live;
}

// What plain rows of a block project to, where that is not the ordinary way.
GroupInput::KnownPlain ForwardPass::known_plain(int64_t block, const Heads& heads) {
  if (!heads.kept) return through_hooked_norm(Hook::ln1_scale, Hook::ln1_normalized, block, Projection::query);
  return [this, block](Projection which) {
    const at::Tensor& made = start_->projection(block, which);
    return frame_.seq_len() == pass_.seq_len ? made : at_positions(made, 0, pass_.seq_len, frame_.positions);
  };
}

// Queries, keys and values in groups of their own, by kernels of the CPU: reading all deltas takes as long as adding them up does, so it
// is done once for all three.
bool ForwardPass::projects_jointly(const HeadGroups& groups) const {
  const at::TensorOptions& options = model_.weights().options;
  const at::ScalarType type = options.dtype().toScalarType();
  return pass_.mask && !groups.shared && !latents_ && options.device().is_cpu() && (type == at::kFloat || type == at::kDouble);
}

// The plan of the block's MLP where its sum of what the heads read is to be begun beside theirs: null where it reads nothing more, nothing
// of it is patched, or it reads at other positions.
const GroupPlan* ForwardPass::mlp_beside(int64_t block) const {
  const bool narrows_between = block + 1 == config_.layers && pass_.narrows;
  if (config_.attn_only || config_.parallel || narrows_between || pass_.order.has_mid() || !pass_.live.mlp[block]) return nullptr;
  const GroupPlan* const plan = pass_.find(GroupKind::mlp, block);
  return plan && plan->is_patched(0) ? plan : nullptr;
}

std::vector<at::Tensor> ForwardPass::project_jointly(int64_t block, const std::vector<Read>& reads, const GroupInput::KnownPlain& known) {
  std::vector<GroupInput> inputs;
  std::vector<GroupRows> patched;
  std::vector<at::Tensor> projected;
  const GroupInput::PlainStream plain = std::make_shared<at::Tensor>();
  inputs.reserve(reads.size());
  for (const auto& [plan, which, live] : reads) {
    GroupInput& input = inputs.emplace_back(model_, frame_, plan, block, which, live, pass_.ablated.get(), nullptr, known);
    input.share(plain);
    projected.push_back(input.project(which));
    if (!input.patched().empty()) patched.push_back({plan, input.patched()});
  }
  if (patched.empty()) return projected;
  const Norm norm = norm_before(model_, block, reads[0].which);
  const auto visit = [&](const at::Tensor& rows, int64_t first) {
    int64_t row = 0;
    for (size_t i = 0; i < reads.size(); i++) {
      const int64_t count = static_cast<int64_t>(inputs[i].patched().size());
      if (count == 0) continue;
      inputs[i].project_patched(projected[i].narrow(0, first, rows.size(1)), rows.narrow(0, row, count), reads[i].which);
      row += count;
    }
  };
  begun_.plan = mlp_beside(block);
  patched_inputs_by_pieces(pass_, frame_, patched, norm, visit, begun_);
  return projected;
}

ForwardPass::Heads ForwardPass::run_heads(int64_t block) {
  const bool narrow_now = block + 1 == config_.layers && pass_.narrows;
  const HeadGroups groups = groups_of(block);
  Heads heads;
  const LiveRows live = choose_heads(block, groups, heads);
  if (heads.run.empty()) {
    if (narrow_now) narrow(pass_.order.heads(block));
    return heads;
  }

  const GroupInput::KnownPlain known = known_plain(block, heads);
  const Read of_keys{groups.k, Projection::key, live.k}, of_values{groups.v, Projection::value, live.v},
      of_queries{groups.q, Projection::query, live.q};
  std::optional<GroupInput> together;  // Q, K and V of one shared input, where they read at the same positions
  if (groups.shared) together.emplace(input_of(groups.shared, block, Projection::key, live.k, known));
  GroupInput::PlainStream plain = std::make_shared<at::Tensor>();
  const auto project = [&](const Read& read, bool may_share) {
    if (together && may_share) return together->project(read.which);
    GroupInput input = input_of(read.plan, block, read.which, read.live, known);
    input.share(plain);
    return input.project(read.which);
  };
  const at::Tensor resid = frame_.resid;
  at::Tensor k, v, q;
  if (projects_jointly(groups)) {
    std::vector<Read> reads{of_keys, of_values};
    if (!narrow_now) reads.push_back(of_queries);
    const std::vector<at::Tensor> projected = project_jointly(block, reads, known);
    k = projected[0];
    v = projected[1];
    if (!narrow_now) q = projected[2];
  } else {
    k = project(of_keys, true);
    v = project(of_values, true);
  }
  if (narrow_now) {
    narrow(pass_.order.heads(block));
    plain = std::make_shared<at::Tensor>();  // queries are at fewer positions
  }
  if (!q.defined()) q = project(of_queries, !narrow_now);
  k = k.view({pass_.batch, pass_.seq_len, groups.key_rows, config_.d_head});
  v = v.view({pass_.batch, pass_.seq_len, groups.value_rows, config_.d_head});
  q = q.view({pass_.batch, frame_.seq_len(), groups.query_rows, config_.d_head});

  if (static_cast<int64_t>(heads.run.size()) < groups.query_rows) {
    const auto chosen = [&](const at::Tensor& x) {
      std::vector<int64_t> rows;
      for (const int64_t head : heads.run) rows.push_back(head * x.size(2) / groups.query_rows);
      // A view will do where nobody keeps it: it would keep all heads.
      if (!pass_.gradients && !hooks_ && !kept_prefix_ && side_by_side(rows))
        return x.narrow(2, rows.front(), static_cast<int64_t>(rows.size()));
      return x.index_select(2, index_on(x.device(), rows));
    };
    q = chosen(q);
    k = chosen(k);
    v = chosen(v);
  }
  q = hooked_heads(Hook::q, block, q);
  k = hooked_heads(Hook::k, block, k);
  v = hooked_heads(Hook::v, block, v);
  heads.z = attend(block, heads, resid, q, k, v);
  heads.z = heads.z.reshape({frame_.n(), static_cast<int64_t>(heads.run.size()), config_.d_head});
  return heads;
}

// z [B, Pq, run, d_head] of the heads that run. `resid`: the stream that keys and values were made of.
at::Tensor ForwardPass::attend(int64_t block, const Heads& heads, const at::Tensor& resid, const at::Tensor& q, const at::Tensor& k,
                               const at::Tensor& v) {
  const BlockWeights& weights = model_.weights().blocks[block];
  if (!pass_.gradients) {
    Hooks* const hooks = hooks_ ? &*hooks_ : nullptr;
    return hooked_heads(Hook::z, block, attention_.attend(weights, block, q, k, v, frame_.positions, heads.run, kept_prefix_.get(), hooks));
  }
  Tape::Block& saved = tape_.blocks[block];
  saved.resid_attention = resid;
  saved.resid_queries = frame_.resid;
  const Recorded recorded;
  saved.q = q.detach().requires_grad_();
  saved.k = k.detach().requires_grad_();
  saved.v = v.detach().requires_grad_();
  saved.z = attention_.attend(weights, block, saved.q, saved.k, saved.v, frame_.positions, heads.run, kept_prefix_.get());
  saved.lone = attention_.lone_queries(block, frame_.batch, frame_.positions);
  return saved.z.detach();
}

}  // namespace autocircuit
