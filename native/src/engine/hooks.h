#pragma once

#include <ATen/core/Tensor.h>

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace autocircuit {

// The places of a pass whose values can be read and replaced, called as TransformerLens calls them.
enum class Hook {
  resid_pre,
  resid_mid,
  resid_post,
  attn_out,
  mlp_out,  // [B, P, D]
  ln1_normalized,
  ln2_normalized,
  final_normalized,  // [B, P, D]
  ln1_scale,
  ln2_scale,
  final_scale,  // [B, P, 1]
  q,
  k,
  v,
  rot_q,
  rot_k,
  z,  // [B, P, heads, d_head]
  attn_scores,
  pattern,  // [B, heads, P, prefix + P]
  mlp_pre,
  mlp_pre_linear,
  mlp_post,  // [B, P, d_mlp]
};

struct HookPoint {
  Hook hook;
  int64_t block = 0;
  auto operator<=>(const HookPoint&) const = default;
};

// `blocks.3.attn.hook_q`, `ln_final.hook_scale`. Throws Error bad_input for a name that is none.
HookPoint hook_point(const std::string& name);
std::string name_of(const HookPoint& point);

bool is_of_norm(Hook hook);
// Whether the value is what the blocks add up to, or a block's sum of heads: no single source's, nor destination's.
bool is_of_stream(Hook hook);

// What a point gives instead: its whole value, or that at some positions and of some heads, with the other dimensions' sizes, or 1 for
// the batch.
struct Replacement {
  HookPoint point;
  at::Tensor value;
  std::optional<std::vector<int64_t>> positions, heads;
};

// What of a pass is read, and what is replaced. Of patterns and scores, positions are the queries'.
struct HookRequest {
  std::vector<HookPoint> read;
  std::optional<std::vector<int64_t>> positions;  // values are kept there alone
  std::vector<Replacement> replaced;
  bool empty() const { return read.empty() && replaced.empty(); }
};

// The hooks of one pass. What is read is what later operators take: replaced where it is.
class Hooks {
 public:
  explicit Hooks(const HookRequest& request) : request_(request), values_(request.read.size()) {}

  // Whether somebody reads or replaces the value there.
  bool at(Hook hook, int64_t block) const;
  // x in the point's dimensions, or what is to be in its place. Throws Error bad_input for a replacement that does not fit.
  at::Tensor visit(Hook hook, int64_t block, const at::Tensor& x);
  // In the order of the request.
  const std::vector<at::Tensor>& values() const { return values_; }

 private:
  const HookRequest& request_;
  std::vector<at::Tensor> values_;
};

}  // namespace autocircuit
