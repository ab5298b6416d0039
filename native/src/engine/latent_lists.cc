#include "engine/latent_lists.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace autocircuit {
namespace {

// Numbers of the decoder gathered together: they are written and read once more, best in a cache.
constexpr int64_t kGathered = int64_t{1} << 18;

int64_t tokens_at_once(const at::Tensor& rows, const at::Tensor& index) {
  const int64_t one = std::max<int64_t>(1, index.size(1) * rows.size(1));
  return std::max<int64_t>(rows.is_cpu() ? 1 : 64, kGathered / one);
}

at::Tensor gathered(const at::Tensor& rows, const at::Tensor& index) {
  return rows.index_select(0, index.flatten()).view({index.size(0), index.size(1), rows.size(1)});
}

}  // namespace

LatentLists latent_lists(const at::Tensor& current, const at::Tensor& delta, const at::Tensor& direction, int64_t latents) {
  at::Tensor active = current != 0;
  for (const at::Tensor& other : {delta, direction})
    if (other.defined()) active = active | (other != 0);
  const at::Tensor counts = active.sum(1);
  const int64_t n = active.size(0), most = n == 0 ? 0 : counts.max().item<int64_t>();
  const auto cells = at::nonzero(active);  // by token
  const at::Tensor token = cells.select(1, 0),
                   place = at::arange(cells.size(0), token.options()) - (counts.cumsum(0) - counts).index_select(0, token);
  LatentLists lists;
  lists.row = at::zeros({n, most}, token.options());
  lists.row.flatten().index_copy_(0, token * most + place, cells.select(1, 1));
  lists.column = at::remainder(lists.row, latents);
  const at::Tensor used = (at::arange(most, token.options()).unsqueeze(0) < counts.unsqueeze(1)).to(current.options());
  const auto at_entries = [&](const at::Tensor& x) { return x.defined() ? x.gather(1, lists.row) * used : at::Tensor(); };
  lists.current = at_entries(current);
  lists.delta = at_entries(delta);
  lists.direction = at_entries(direction);
  return lists;
}

at::Tensor sum_rows(const at::Tensor& weights, const at::Tensor& rows, const at::Tensor& index) {
  const int64_t n = index.size(0), step = tokens_at_once(rows, index);
  at::Tensor sums = at::zeros({weights.size(1), n, rows.size(1)}, rows.options());
  if (index.size(1) == 0) return sums;
  for (int64_t from = 0; from < n; from += step) {
    const int64_t count = std::min(step, n - from);
    const at::Tensor made = at::bmm(weights.narrow(0, from, count), gathered(rows, index.narrow(0, from, count)));
    sums.narrow(1, from, count).copy_(made.transpose(0, 1));
  }
  return sums;
}

at::Tensor row_products(const at::Tensor& grads, const at::Tensor& rows, const at::Tensor& index) {
  const int64_t n = index.size(0), step = tokens_at_once(rows, index);
  at::Tensor products = at::zeros({n, grads.size(0), index.size(1)}, rows.options());
  if (index.size(1) == 0) return products;
  for (int64_t from = 0; from < n; from += step) {
    const int64_t count = std::min(step, n - from);
    const at::Tensor by_token = grads.narrow(1, from, count).transpose(0, 1).to(rows.scalar_type());
    at::Tensor into = products.narrow(0, from, count);
    into.copy_(at::bmm(by_token, gathered(rows, index.narrow(0, from, count)).transpose(1, 2)));
  }
  return products;
}

}  // namespace autocircuit
