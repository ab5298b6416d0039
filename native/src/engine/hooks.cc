#include "engine/hooks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "devices/device_index.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

constexpr std::array<std::pair<Hook, std::string_view>, 20> of_block{{
    {Hook::resid_pre, "hook_resid_pre"},
    {Hook::resid_mid, "hook_resid_mid"},
    {Hook::resid_post, "hook_resid_post"},
    {Hook::attn_out, "hook_attn_out"},
    {Hook::mlp_out, "hook_mlp_out"},
    {Hook::ln1_normalized, "ln1.hook_normalized"},
    {Hook::ln2_normalized, "ln2.hook_normalized"},
    {Hook::ln1_scale, "ln1.hook_scale"},
    {Hook::ln2_scale, "ln2.hook_scale"},
    {Hook::q, "attn.hook_q"},
    {Hook::k, "attn.hook_k"},
    {Hook::v, "attn.hook_v"},
    {Hook::rot_q, "attn.hook_rot_q"},
    {Hook::rot_k, "attn.hook_rot_k"},
    {Hook::z, "attn.hook_z"},
    {Hook::attn_scores, "attn.hook_attn_scores"},
    {Hook::pattern, "attn.hook_pattern"},
    {Hook::mlp_pre, "mlp.hook_pre"},
    {Hook::mlp_pre_linear, "mlp.hook_pre_linear"},
    {Hook::mlp_post, "mlp.hook_post"},
}};
constexpr std::array<std::pair<Hook, std::string_view>, 2> of_end{{
    {Hook::final_normalized, "ln_final.hook_normalized"},
    {Hook::final_scale, "ln_final.hook_scale"},
}};

bool is_square(Hook hook) { return hook == Hook::attn_scores || hook == Hook::pattern; }

// The dimension of heads; -1 where there is none.
int64_t head_dimension(Hook hook) {
  switch (hook) {
    case Hook::q:
    case Hook::k:
    case Hook::v:
    case Hook::rot_q:
    case Hook::rot_k:
    case Hook::z: return 2;
    case Hook::attn_scores:
    case Hook::pattern: return 1;
    default: return -1;
  }
}

std::string text_of(at::IntArrayRef sizes) {
  std::string text = "[";
  for (size_t i = 0; i < sizes.size(); i++) text += (i ? ", " : "") + std::to_string(sizes[i]);
  return text + "]";
}

void check_inside(const std::vector<int64_t>& chosen, int64_t count, const HookPoint& point, const char* what) {
  for (const int64_t index : chosen)
    if (index < 0 || index >= count)
      throw Error(ErrorCode::bad_input,
                  name_of(point) + " has no " + what + " " + std::to_string(index) + ": they go from 0 to " + std::to_string(count - 1));
}

// x with the replacement's value where it says.
at::Tensor replaced_in(const at::Tensor& x, const Replacement& replacement) {
  const int64_t position = is_square(replacement.point.hook) ? 2 : 1, head = head_dimension(replacement.point.hook);
  std::vector<int64_t> sizes = x.sizes().vec();
  const auto& [point, given, positions, heads] = replacement;
  if (positions) {
    check_inside(*positions, sizes[position], point, "position");
    sizes[position] = static_cast<int64_t>(positions->size());
  }
  if (heads) {
    if (head < 0) throw Error(ErrorCode::bad_input, name_of(point) + " has no heads; leave them out of its replacement");
    check_inside(*heads, sizes[head], point, "head");
    sizes[head] = static_cast<int64_t>(heads->size());
  }
  const bool fits = given.dim() == x.dim() && (given.size(0) == sizes[0] || given.size(0) == 1) &&
                    given.sizes().slice(1) == at::IntArrayRef(sizes).slice(1);
  if (!fits || !given.is_floating_point())
    throw Error(ErrorCode::bad_input, "what replaces " + name_of(point) + " must be floating point " + text_of(sizes) +
                                          " (or 1 for the batch), not " + text_of(given.sizes()));
  at::Tensor value = given.detach().to(x.options()).expand(sizes);
  if (heads && positions) {
    at::Tensor rows = x.index_select(position, index_on(x.device(), *positions));
    rows.index_copy_(head, index_on(x.device(), *heads), value);
    value = rows;
  }
  if (!heads && !positions) return value.contiguous();
  at::Tensor out = x.clone(at::MemoryFormat::Contiguous);
  if (positions) out.index_copy_(position, index_on(x.device(), *positions), value);
  else out.index_copy_(head, index_on(x.device(), *heads), value);
  return out;
}

}  // namespace

HookPoint hook_point(const std::string& name) {
  constexpr std::string_view blocks = "blocks.";
  for (const auto& [hook, text] : of_end)
    if (name == text) return {hook, 0};
  if (name.starts_with(blocks)) {
    int64_t block = -1;
    const char* const end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + blocks.size(), end, block);
    if (error == std::errc() && rest != end && *rest == '.')
      for (const auto& [hook, text] : of_block)
        if (std::string_view(rest + 1, static_cast<size_t>(end - rest - 1)) == text) return {hook, block};
  }
  throw Error(ErrorCode::bad_input, "there is no hook point `" + name + "`");
}

std::string name_of(const HookPoint& point) {
  for (const auto& [hook, text] : of_end)
    if (hook == point.hook) return std::string(text);
  for (const auto& [hook, text] : of_block)
    if (hook == point.hook) return "blocks." + std::to_string(point.block) + "." + std::string(text);
  return {};
}

bool is_of_norm(Hook hook) {
  switch (hook) {
    case Hook::ln1_normalized:
    case Hook::ln2_normalized:
    case Hook::final_normalized:
    case Hook::ln1_scale:
    case Hook::ln2_scale:
    case Hook::final_scale: return true;
    default: return false;
  }
}

bool is_of_stream(Hook hook) {
  switch (hook) {
    case Hook::resid_pre:
    case Hook::resid_mid:
    case Hook::resid_post:
    case Hook::attn_out: return true;
    default: return false;
  }
}

bool Hooks::at(Hook hook, int64_t block) const {
  const HookPoint point{hook, block};
  return std::find(request_.read.begin(), request_.read.end(), point) != request_.read.end() ||
         std::any_of(request_.replaced.begin(), request_.replaced.end(), [&](const Replacement& r) { return r.point == point; });
}

at::Tensor Hooks::visit(Hook hook, int64_t block, const at::Tensor& x) {
  const HookPoint point{hook, block};
  at::Tensor value = x;
  for (const Replacement& replacement : request_.replaced)
    if (replacement.point == point) value = replaced_in(value, replacement);
  for (size_t i = 0; i < request_.read.size(); i++) {
    if (request_.read[i] != point) continue;
    if (request_.positions) {
      check_inside(*request_.positions, value.size(is_square(hook) ? 2 : 1), point, "position");
      values_[i] = value.index_select(is_square(hook) ? 2 : 1, index_on(value.device(), *request_.positions));
    } else {
      values_[i] = value.clone(at::MemoryFormat::Contiguous);  // of itself: a view would keep what it is cut from
    }
  }
  return value;
}

}  // namespace autocircuit
