#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/cpu/begun_rows.h"
#include "kernels/cpu/row_arguments.h"
#include "kernels/processor.h"
#include "operators/table.h"
#include "runtime/error.h"

namespace autocircuit {
namespace on_cpu {

using signatures::OptionalTensor;

namespace {

constexpr int64_t kLine = 64;  // bytes that come from memory at once
constexpr int64_t kAhead = 2;  // sources whose deltas are on their way while one is copied

// Where deltas [S, N, D] are, which may be part of a larger batch.
struct DeltaRows {
  const char* data = nullptr;
  int64_t apart = 0, n = 1, rows_apart = 0;  // in bytes

  explicit DeltaRows(const at::Tensor& deltas) {
    if (!deltas.defined()) return;
    const int64_t size = deltas.element_size();
    data = static_cast<const char*>(deltas.const_data_ptr());
    apart = deltas.stride(0) * size;
    n = deltas.size(1);
    rows_apart = deltas.stride(1) * size;
  }
  const char* of(int64_t source, int64_t i) const { return data + source * apart + i % n * rows_apart; }
};

// How deltas become numbers of the type that sums are made in: null where they have it.
Widen widening(const Delta& delta, at::ScalarType sums) {
  const at::Tensor& deltas = delta.late.defined() ? delta.late : delta.early;
  if (!deltas.defined() || deltas.scalar_type() == sums) return nullptr;
  const bool half = deltas.scalar_type() == at::kHalf;
  if (sums != at::kFloat || !(half || deltas.scalar_type() == at::kBFloat16)) {
    throw Error(ErrorCode::native,
                std::string("deltas of ") + c10::toString(deltas.scalar_type()) + " cannot be summed in " + c10::toString(sums));
  }
  return half ? kernels().widen_float16 : kernels().widen_bfloat16;
}

template <class T>
void copy_numbers(Widen widen, int64_t count, const char* from, T* to) {
  if constexpr (std::is_same_v<T, float>)
    if (widen) return widen(count, reinterpret_cast<const uint16_t*>(from), to);
  std::memcpy(to, from, count * sizeof(T));
}

// Which sources the lists of each mask at each token name, and the place of every entry's source among them.
struct Slots {
  std::vector<std::vector<int32_t>> sources;  // by cell = (mask, token), by slot
  std::vector<int32_t> of_entry;
  size_t most = 0;
};

Slots make_slots(const int32_t* begin, const int32_t* source, int64_t tiles, int64_t cells, int64_t all_sources) {
  Slots slots;
  slots.sources.resize(cells);
  slots.of_entry.resize(begin[tiles * cells]);
  std::vector<int32_t> slot_of(all_sources, -1);
  for (int64_t cell = 0; cell < cells; cell++) {
    std::vector<int32_t>& named = slots.sources[cell];
    for (int64_t tile = 0; tile < tiles; tile++)
      for (int32_t k = begin[tile * cells + cell]; k < begin[tile * cells + cell + 1]; k++) {
        int32_t& slot = slot_of[source[k]];
        if (slot < 0) {
          slot = static_cast<int32_t>(named.size());
          named.push_back(source[k]);
        }
        slots.of_entry[k] = slot;
      }
    for (const int32_t each : named) slot_of[each] = -1;
    slots.most = std::max(slots.most, named.size());
  }
  return slots;
}

// Rows whose sources are not all there yet, the last of a call, and sums that those of a call go on from.
struct Begun {
  int64_t rows = 0;
  at::Tensor sums;  // [rows, N, D] or undefined
};

at::Tensor make_rows(const PatchedRows& asked, const Norm& norm, const Begun& begun) {
  const RowLists& lists = asked.lists;
  const at::Tensor &resid = asked.resid, &ablated = asked.ablated;
  const int64_t rows = lists.rows, masks = lists.masks, tokens = lists.tokens, n = asked.n, finished = rows - begun.rows;
  const at::Tensor& any = resid.defined() ? resid : ablated;
  const int64_t d = any.size(1);
  at::Tensor out = at::empty({rows, n, d}, any.options());
  const int64_t per_mask = n / masks, tiles = (rows + kCpuTileRows - 1) / kCpuTileRows, cells = masks * tokens;
  const int64_t seq_len = asked.token_of.size(0), first_late = asked.delta.first_late;
  const int64_t all_sources = first_late + (asked.delta.late.defined() ? asked.delta.late.size(0) : 0);
  const int32_t* begins = lists.begin.const_data_ptr<int32_t>();
  const int32_t* token = asked.token_of.const_data_ptr<int32_t>();
  const uint8_t* ablated_row = lists.from_ablated.const_data_ptr<uint8_t>();
  const Widen widen = widening(asked.delta, any.scalar_type());
  const Slots slots = make_slots(begins, lists.source.const_data_ptr<int32_t>(), tiles, cells, all_sources);
  AT_DISPATCH_FLOATING_TYPES(any.scalar_type(), "patched_rows", [&] {
    const KernelsOf<scalar_t>& use = of_type<scalar_t>(kernels());
    const NormArgs<scalar_t> norm_of =
        norm_args<scalar_t>(static_cast<int64_t>(norm.kind), norm.eps, if_defined(norm.scale), if_defined(norm.shift));
    const auto data_of = [](const at::Tensor& t) { return t.defined() ? t.const_data_ptr<scalar_t>() : nullptr; };
    const scalar_t *const resid_data = data_of(resid), *const ablated_data = data_of(ablated), *const sums = data_of(begun.sums);
    const int64_t resid_rows = resid.defined() ? resid.size(0) : 1, ablated_rows = ablated.defined() ? ablated.size(0) : 1;
    const DeltaRows early_rows(asked.delta.early), late_rows(asked.delta.late);
    const int64_t stored = widen ? sizeof(uint16_t) : sizeof(scalar_t);
    const scalar_t* weights = lists.weight.const_data_ptr<scalar_t>();
    scalar_t* out_data = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, n, grain(rows * d), [&](int64_t from, int64_t to) {
      const int64_t block = use.block;
      std::vector<scalar_t> packed_deltas(slots.most * (d + block)), spare(block);  // [block of d][slot][block]
      const std::vector<scalar_t> zeros(block);
      for (int64_t i = from; i < to; i++) {
        const int64_t cell = i / per_mask * tokens + (tokens == 1 ? 0 : token[i % seq_len]);
        const std::vector<int32_t>& sources = slots.sources[cell];
        const int64_t count = static_cast<int64_t>(sources.size());
        const auto delta_of = [&](int64_t k) {
          const int64_t s = sources[k];
          return s < first_late ? early_rows.of(s, i) : late_rows.of(s - first_late, i);
        };
        for (int64_t k = 0; k < count; k++) {
          const char* const delta = delta_of(k);
          // Each source lies pages away from the one before: those to come are asked for, where the processor does not guess them.
          const char* const next = delta_of(std::min(k + kAhead, count - 1));
          for (int64_t start = 0; start < d; start += block) {
            for (int64_t c = 0; c < block * stored; c += kLine) __builtin_prefetch(next + start * stored + c);
            copy_numbers(widen, std::min(block, d - start), delta + start * stored, packed_deltas.data() + start * count + k * block);
          }
        }
        for (int64_t start = 0; start < d; start += block) {
          const int64_t size = std::min(block, d - start);
          const scalar_t* packed_block = packed_deltas.data() + start * count;
          for (int64_t t = 0; t < tiles; t++) {
            const scalar_t *bases[kCpuTileRows], *from_sums[kCpuTileRows];
            scalar_t* tile_rows[kCpuTileRows];
            for (int64_t r = 0; r < kCpuTileRows; r++) {
              const int64_t row = t * kCpuTileRows + r;
              const bool exists = row < rows;  // the last tile is filled up with a row nobody reads
              bases[r] = zeros.data();
              if (row < finished)
                bases[r] = start + (ablated_row[row] ? ablated_data + (i % ablated_rows) * d : resid_data + (i % resid_rows) * d);
              from_sums[r] = exists && sums ? sums + (row * n + i) * d + start : zeros.data();
              tile_rows[r] = exists ? out_data + (row * n + i) * d + start : spare.data();
            }
            const int32_t first = begins[t * cells + cell], end = begins[t * cells + cell + 1];
            use.build_tile(size, packed_block, {slots.of_entry.data() + first, weights + first * kCpuTileRows, end - first},
                           sums ? from_sums : nullptr, bases, tile_rows);
          }
        }
        if (norm_of.normalises)
          for (int64_t r = 0; r < finished; r++) use.normalize(d, out_data + (r * n + i) * d, norm_of);
      }
    });
  });
  return out;
}

at::Tensor dense(const at::Tensor& t) { return t.defined() ? t.contiguous() : t; }

at::Tensor make_dense_rows(const PatchedRows& asked, const Norm& norm, const Begun& begun) {
  const PatchedRows rows{dense(asked.resid), dense(asked.ablated), asked.delta, asked.lists, asked.token_of, asked.n};
  return make_rows(rows, {norm.kind, norm.eps, dense(norm.scale), dense(norm.shift)}, begun);
}

}  // namespace

at::Tensor patched_rows(const OptionalTensor& resid, const OptionalTensor& ablated, const at::Tensor& from_ablated,
                        const OptionalTensor& early, const OptionalTensor& late, int64_t first_late, const at::Tensor& begin,
                        const at::Tensor& source, const at::Tensor& weight, const at::Tensor& token_of, int64_t rows, int64_t masks,
                        int64_t tokens, int64_t n, int64_t norm_kind, double eps, const OptionalTensor& scale,
                        const OptionalTensor& shift) {
  if (!has_kernels(resid ? *resid : *ablated) || weight.size(1) != kCpuTileRows)
    return portable::patched_rows(resid, ablated, from_ablated, early, late, first_late, begin, source, weight, token_of, rows, masks,
                                  tokens, n, norm_kind, eps, scale, shift);
  const auto or_none = [](const OptionalTensor& t) { return t ? *t : at::Tensor(); };
  const Delta delta{or_none(early), or_none(late), first_late};
  const RowLists lists{rows, masks, tokens, from_ablated, begin, source, weight};
  const auto like_base = [&](const at::Tensor& t) { return t.defined() ? t.to((resid ? *resid : *ablated).scalar_type()) : t; };
  const Norm norm{static_cast<NormKind>(norm_kind), eps, like_base(or_none(scale)), like_base(or_none(shift))};
  return make_rows({or_none(resid), or_none(ablated), delta, lists, token_of, n}, norm, {});
}

}  // namespace on_cpu

at::Tensor begun_rows(const PatchedRows& rows, const Norm& norm, int64_t begun) { return on_cpu::make_dense_rows(rows, norm, {begun, {}}); }

at::Tensor finished_rows(const PatchedRows& rows, const Norm& norm, const at::Tensor& sums) {
  return on_cpu::make_dense_rows(rows, norm, {0, sums});
}

}  // namespace autocircuit
