#include "kernels/cpu/begun_rows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "check.h"
#include "devices/tile_rows.h"

using namespace autocircuit;

namespace {

constexpr int64_t kTokens = 2;

// Lists of some rows that name sources [from, to), each with a weight of its own, by mask and token, as the operator takes them.
RowLists lists_of(const at::Tensor& weights, const at::Tensor& from_ablated, int64_t from, int64_t to) {
  const int64_t rows = weights.size(0), masks = weights.size(1);
  RowLists lists{rows, masks, kTokens, from_ablated, {}, {}, {}};
  std::vector<int32_t> begin{0}, source;
  std::vector<at::Tensor> tiles;
  for (int64_t first = 0; first < rows; first += kCpuTileRows)
    for (int64_t mask = 0; mask < masks; mask++)
      for (int64_t token = 0; token < kTokens; token++) {
        for (int64_t s = from; s < to; s++) {
          const int64_t count = std::min<int64_t>(kCpuTileRows, rows - first);
          at::Tensor entry = at::zeros({kCpuTileRows}, weights.scalar_type());
          entry.narrow(0, 0, count).copy_(weights.narrow(0, first, count).select(1, mask).select(1, token).select(1, s));
          source.push_back(static_cast<int32_t>(s));
          tiles.push_back(entry);
        }
        begin.push_back(static_cast<int32_t>(source.size()));
      }
  lists.begin = at::tensor(begin, at::kInt);
  lists.source = at::tensor(source, at::kInt);
  lists.weight = tiles.empty() ? at::empty({0, kCpuTileRows}, weights.scalar_type()) : at::stack(tiles);
  return lists;
}

}  // namespace

TEST("a row that is begun beside others and finished later is bit for bit that of one step") {
  at::manual_seed(3);
  constexpr int64_t sources = 9, until = 6, prompts = 4, n = prompts * kTokens, masks = 2;
  for (const auto type : {at::kFloat, at::kDouble})
    for (const int64_t d : {5, 64, 101})
      for (const int64_t others : {1, 3, 6})
        for (const bool near_ablated : {false, true})
          for (const NormKind kind : {NormKind::none, NormKind::layer_norm}) {
            const at::Tensor resid = at::randn({n, d}, type), ablated = at::randn({n / masks, d}, type),
                             weights = at::randn({others + 1, masks, kTokens, sources}, type), token_of = at::arange(kTokens, at::kInt);
            const Delta delta{at::randn({3, n / masks, d}, type), at::randn({sources - 3, n, d}, type), 3};
            at::Tensor from_ablated = at::arange(others + 1).remainder(2).to(at::kByte);
            from_ablated[others] = near_ablated;
            const Norm norm{kind, 1e-5, at::randn({d}, type), at::randn({d}, type)};
            const auto asked = [&](const RowLists& lists) { return PatchedRows{resid, ablated, delta, lists, token_of, n}; };

            const RowLists begun = lists_of(weights, from_ablated, 0, until);
            const at::Tensor made = begun_rows(asked(begun), norm, 1), at_once = patched_rows(asked(begun), norm);
            CHECK(at::equal(made.narrow(0, 0, others), at_once.narrow(0, 0, others)));

            const at::Tensor last = weights.narrow(0, others, 1), kind_of_last = from_ablated.narrow(0, others, 1);
            const RowLists rest = lists_of(last, kind_of_last, until, sources), all = lists_of(last, kind_of_last, 0, sources);
            const at::Tensor finished = finished_rows(asked(rest), norm, made.narrow(0, others, 1));
            CHECK(at::equal(finished, patched_rows(asked(all), norm)));
            CHECK(!at::equal(finished, patched_rows(asked(rest), norm)));
          }
}
