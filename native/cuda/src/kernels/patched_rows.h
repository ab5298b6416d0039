#pragma once

#include "devices/tile_rows.h"
#include "kernels/elements.h"
#include "kernels/norm.h"
#include "kernels/reduce.h"

namespace autocircuit::kernels {

// Inputs of patched destinations. A block has one row i of the batch and some tiles of destinations; a thread has all rows of a tile at 4
// columns, walks the tile's list once, and uses every delta that it loads for each of these rows from registers.
//
// GPT-2 small, last block, every edge patched (36 rows, 157 sources, N = 960, float32), on an H100: 8.3 GFLOP = 0.13 ms of
// FMA, 463 MB of deltas + 106 MB of results = 0.17 ms of memory. So memory bounds it, if deltas leave memory once: tiles that
// share a block walk ascending lists side by side and find each other's deltas in the first-level cache, and neighbouring blocks
// have the same i, so that theirs come from the second-level cache. A step of a warp is 32 FMA and about as many instructions
// for addresses, the two broadcasts of weights and the delta. With few sources the results bound it. Float16 and bfloat16 halve the
// bytes, not the arithmetic. 69 to 74 registers a thread in float32, float16 and bfloat16, 110 in double, for sm_80 and sm_90; no spills.
template <class T>
struct PatchedRows {
  using C = Compute<T>;
  static constexpr int kTile = kDeviceTileRows;
  static constexpr int kMaxThreads = sizeof(C) == 4 ? 768 : 512;  // leaves 80 or 128 registers a thread
  static constexpr int kAhead = 8;                                // entries: about what memory's latency takes
  using Tile = Array<Share<T>, kTile>;
  struct Shared {
    ReductionMemory<C, kTile> memory;
  };

  const T *resid, *ablated, *early, *late;               // each may be null
  int resid_rows, ablated_rows, early_rows, first_late;  // 32 bits: divisions of 64 would cost as much as a short list
  const uint8_t* from_ablated;
  const int32_t *begin, *source;
  const C* weight;
  const int32_t* token_of;
  int seq_len, masks, tokens;
  int rows, n, d;
  Norm<T> norm;
  bool aligned;
  int tiles, tiles_a_block;
  T* out;
  C* raw;  // where the sums go instead, unrounded, for a norm that comes later; or null

  template <class Block>
  AUTOCIRCUIT_DEVICE void run(Block& block, Shared& shared) const {
    const int groups = (tiles + tiles_a_block - 1) / tiles_a_block, number = static_cast<int>(block.x());
    const int i = number / groups, first_tile = number % groups * tiles_a_block;
    const int tile_threads = block.threads() / tiles_a_block;
    const int first_column = static_cast<int>(block.y()) * tile_threads * kShare;
    const auto tile_of = [&](int thread) { return first_tile + thread / tile_threads; };
    const auto column_of = [&](int thread) { return first_column + thread % tile_threads * kShare; };

    Local<Block, Tile> inputs(block);
    block.alone([&](int thread) {
      const int column = column_of(thread), tile = tile_of(thread);
      Tile& x = inputs[thread];
      x = {};
      if (column >= d || tile >= tiles) return;
      if (aligned) add_sources<true>(x, i, tile, column);
      else add_sources<false>(x, i, tile, column);
      add_base(x, i, tile, column);
    });

    if (norm.kind != kNoNorm) apply_norm(block, shared, inputs, tile_threads, column_of);

    block.alone([&](int thread) {
      const int column = column_of(thread), first_row = tile_of(thread) * kTile;
      if (column >= d || first_row >= rows) return;
      if (raw) store_rows(raw, inputs[thread], i, first_row, column);
      else store_rows(out, inputs[thread], i, first_row, column);
    });
  }

 private:
  AUTOCIRCUIT_DEVICE int64_t row_start(int64_t row) const { return row * d; }

  AUTOCIRCUIT_DEVICE static uintptr_t address(const T* data, int64_t at) {
    return reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(at) * sizeof(T);
  }

  template <bool kAligned>
  AUTOCIRCUIT_DEVICE void add_sources(Tile& x, int i, int tile, int column) const {
    const int token = tokens == 1 ? 0 : token_of[i % seq_len];
    const int list = (tile * masks + i / (n / masks)) * tokens + token;
    const int32_t first = begin[list], last = begin[list + 1];
    if (first == last) return;
    // Addresses as numbers: that of a source 0 in `late` need not be one. A source's share lies within 4 GiB of the next one's, so
    // that a multiplication of 32 bits finds it.
    const uintptr_t in_early = address(early, row_start(i % early_rows) + column);
    const uintptr_t in_late = address(late, (i - static_cast<int64_t>(first_late) * n) * d + column);
    const uint32_t early_step = static_cast<uint32_t>(row_start(early_rows) * sizeof(T));
    const uint32_t late_step = static_cast<uint32_t>(row_start(n) * sizeof(T));
    const auto delta_of = [&](int32_t e) {
      const int32_t s = source[e];
      const bool is_early = s < first_late;
      const uint64_t steps = static_cast<uint32_t>(s);
      return reinterpret_cast<const T*>((is_early ? in_early : in_late) + steps * (is_early ? early_step : late_step));
    };
    const int count = d - column;
    // Deltas come from memory into the second-level cache some entries ahead, and into registers one ahead.
    for (int32_t e = first; e < last && e < first + kAhead; e++) prefetch(delta_of(e));
    Share<T> next = load_share(delta_of(first), count, kAligned);
    AUTOCIRCUIT_NO_UNROLL
    for (int32_t e = first; e < last; e++) {
      const Share<T> delta = next;
      if (e + kAhead < last) prefetch(delta_of(e + kAhead));
      if (e + 1 < last) next = load_share(delta_of(e + 1), count, kAligned);
      const Array<C, kTile> weights = load_aligned<C, kTile>(weight + static_cast<int64_t>(e) * kTile);
      AUTOCIRCUIT_UNROLL
      for (int r = 0; r < kTile; r++) {
        AUTOCIRCUIT_UNROLL
        for (int j = 0; j < kShare; j++) x[r][j] += weights[r] * delta[j];
      }
    }
  }

  AUTOCIRCUIT_DEVICE void add_base(Tile& x, int i, int tile, int column) const {
    Share<T> plain = {}, other = {};
    if (resid) plain = load_share(resid + row_start(i % resid_rows) + column, d - column, aligned);
    if (ablated) other = load_share(ablated + row_start(i % ablated_rows) + column, d - column, aligned);
    AUTOCIRCUIT_UNROLL
    for (int r = 0; r < kTile; r++) {
      const int row = tile * kTile + r;
      const bool from = row < rows && from_ablated[row];
      AUTOCIRCUIT_UNROLL
      for (int j = 0; j < kShare; j++) x[r][j] += from ? other[j] : plain[j];
    }
  }

  template <class To>
  AUTOCIRCUIT_DEVICE void store_rows(To* to, const Tile& x, int i, int first_row, int column) const {
    AUTOCIRCUIT_UNROLL
    for (int r = 0; r < kTile; r++) {
      if (first_row + r >= rows) return;
      To* at = to + row_start(static_cast<int64_t>(first_row + r) * n + i) + column;
      store_share(at, x[r], d - column, aligned);
    }
  }

  // The rows are centred in place, so that no more than one number a row is kept beside them.
  template <class Block, class ColumnOf>
  AUTOCIRCUIT_DEVICE void apply_norm(Block& block, Shared& shared, Local<Block, Tile>& inputs, int tile_threads,
                                     const ColumnOf& column_of) const {
    Local<Block, Array<C, kTile>> sums(block);
    if (norm.kind == kLayerNorm) {
      block.alone([&](int thread) {
        AUTOCIRCUIT_UNROLL
        for (int r = 0; r < kTile; r++) sums[thread][r] = share_sum(inputs[thread][r]);
      });
      reduce_groups<Block, C, kTile>(block, tile_threads / kWarp, sums, shared.memory, Sum());
      block.alone([&](int thread) {
        AUTOCIRCUIT_UNROLL
        for (int r = 0; r < kTile; r++) {
          const C mean = sums[thread][r] / static_cast<C>(d);
          AUTOCIRCUIT_UNROLL
          for (int j = 0; j < kShare; j++) inputs[thread][r][j] -= mean;
        }
      });
    }
    block.alone([&](int thread) {
      AUTOCIRCUIT_UNROLL
      for (int r = 0; r < kTile; r++) sums[thread][r] = share_squares(inputs[thread][r], C(0), d - column_of(thread));
    });
    reduce_groups<Block, C, kTile>(block, tile_threads / kWarp, sums, shared.memory, Sum());
    block.alone([&](int thread) {
      const int column = column_of(thread), count = d - column;
      AUTOCIRCUIT_UNROLL
      for (int r = 0; r < kTile; r++) {
        const C factor = inverse_root(sums[thread][r], d, norm.eps);
        AUTOCIRCUIT_UNROLL
        for (int j = 0; j < kShare; j++) inputs[thread][r][j] *= factor;
      }
      if (norm.scale) {
        const Share<T> scale = load_share(norm.scale + column, count, aligned);
        AUTOCIRCUIT_UNROLL
        for (int r = 0; r < kTile; r++) {
          AUTOCIRCUIT_UNROLL
          for (int j = 0; j < kShare; j++) inputs[thread][r][j] *= scale[j];
        }
      }
      if (norm.shift) {
        const Share<T> shift = load_share(norm.shift + column, count, aligned);
        AUTOCIRCUIT_UNROLL
        for (int r = 0; r < kTile; r++) {
          AUTOCIRCUIT_UNROLL
          for (int j = 0; j < kShare; j++) inputs[thread][r][j] += shift[j];
        }
      }
    });
  }
};

}  // namespace autocircuit::kernels
