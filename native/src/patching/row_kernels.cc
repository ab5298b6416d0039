#include "patching/row_kernels.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "patching/simd.h"

namespace autocircuit {
namespace {

template <class T>
struct NormArgs {
  NormKind kind;
  T eps;
  const T* scale;
  const T* shift;
};

constexpr int64_t kTile = 4;  // rows built together, so that a delta loaded once serves them all

// Elements of each delta that are packed side by side. Deltas lie whole pages apart, so that unpacked their parts would
// compete for the same few lines of the first-level cache.
template <class T>
constexpr int64_t kBlock = 4 * kWidth<T>;

// One source (its place among the packed ones) with its weight in each row of a tile.
template <class T>
struct TileEntry {
  int64_t slot;
  T weight[kTile];
};

// rows[r][0, size) = bases[r] + sum_k entries[k].weight[r] * packed delta of entries[k], for kTile rows and at most kBlock
// elements. The sum is made first: where it cancels the base (every source of a stream set to zero) the result is exactly
// 0, and no rounding is left for a norm to magnify.
template <class T>
AUTOCIRCUIT_INLINE void weighted_sums(int64_t size, const T* packed, const TileEntry<T>* entries, int64_t count,
                                      const T* const* bases, T* const* rows) {
  constexpr int64_t width = kWidth<T>, unroll = kBlock<T> / kWidth<T>;
  if (size == kBlock<T>) {
    Vector<T> sum[kTile][unroll] = {};
    for (int64_t k = 0; k < count; k++) {
      const T* delta = packed + entries[k].slot * kBlock<T>;
      Vector<T> value[unroll];
#pragma GCC unroll 4
      for (int64_t u = 0; u < unroll; u++) load(value[u], delta + u * width);
#pragma GCC unroll 4
      for (int64_t r = 0; r < kTile; r++) {
        const T weight = entries[k].weight[r];
#pragma GCC unroll 4
        for (int64_t u = 0; u < unroll; u++) sum[r][u] += weight * value[u];
      }
    }
#pragma GCC unroll 4
    for (int64_t r = 0; r < kTile; r++)
#pragma GCC unroll 4
      for (int64_t u = 0; u < unroll; u++) {
        Vector<T> base;
        load(base, bases[r] + u * width);
        const Vector<T> total = base + sum[r][u];
        store(rows[r] + u * width, total);
      }
    return;
  }
  for (int64_t r = 0; r < kTile; r++)
    for (int64_t i = 0; i < size; i++) {
      T sum = 0;
      for (int64_t k = 0; k < count; k++) sum += entries[k].weight[r] * packed[entries[k].slot * kBlock<T> + i];
      rows[r][i] = bases[r][i] + sum;
    }
}

template <class T>
AUTOCIRCUIT_INLINE T lane_sum(int64_t d, const T* x) {
  T acc[16] = {};
  int64_t i = 0;
  for (; i + 16 <= d; i += 16)
    for (int64_t j = 0; j < 16; j++) acc[j] += x[i + j];
  T sum = 0;
  for (int64_t j = 0; j < 16; j++) sum += acc[j];
  for (; i < d; i++) sum += x[i];
  return sum;
}

template <class T>
AUTOCIRCUIT_INLINE T lane_dot(int64_t d, const T* x, const T* y) {
  T acc[16] = {};
  int64_t i = 0;
  for (; i + 16 <= d; i += 16)
    for (int64_t j = 0; j < 16; j++) acc[j] += x[i + j] * y[i + j];
  T sum = 0;
  for (int64_t j = 0; j < 16; j++) sum += acc[j];
  for (; i < d; i++) sum += x[i] * y[i];
  return sum;
}

// Mean and 1 / standard deviation (layer norm), or 0 and 1 / root mean square.
template <class T>
AUTOCIRCUIT_INLINE void norm_statistics(int64_t d, const T* x, NormKind kind, T eps, T& mean, T& rstd) {
  mean = 0;
  T square = 0;
  if (kind == NormKind::layer) {
    mean = lane_sum(d, x) / d;
    T acc[16] = {};
    int64_t i = 0;
    for (; i + 16 <= d; i += 16)
      for (int64_t j = 0; j < 16; j++) acc[j] += (x[i + j] - mean) * (x[i + j] - mean);
    for (int64_t j = 0; j < 16; j++) square += acc[j];
    for (; i < d; i++) square += (x[i] - mean) * (x[i] - mean);
  } else {
    square = lane_dot(d, x, x);
  }
  rstd = T(1) / std::sqrt(square / d + eps);
}

template <class T>
AUTOCIRCUIT_INLINE void normalize(int64_t d, T* x, const NormArgs<T>& norm) {
  if (norm.kind == NormKind::none) return;
  T mean, rstd;
  norm_statistics(d, x, norm.kind, norm.eps, mean, rstd);
  for (int64_t i = 0; i < d; i++) x[i] = (x[i] - mean) * rstd;
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) x[i] *= norm.scale[i];
  if (norm.shift)
    for (int64_t i = 0; i < d; i++) x[i] += norm.shift[i];
}

// g becomes the gradient of the norm's input x; g * scale is the gradient of the normalised value.
template <class T>
AUTOCIRCUIT_INLINE void normalize_backward(int64_t d, T* g, const T* x, const NormArgs<T>& norm) {
  T mean, rstd;
  norm_statistics(d, x, norm.kind, norm.eps, mean, rstd);
  if (norm.scale)
    for (int64_t i = 0; i < d; i++) g[i] *= norm.scale[i];
  const T g_sum = norm.kind == NormKind::layer ? lane_sum(d, g) : T(0);
  T g_x = lane_dot(d, g, x);
  if (norm.kind == NormKind::layer) g_x -= mean * g_sum;
  const T g_mean = g_sum / d;
  const T slope = g_x * rstd * rstd / d;
  for (int64_t i = 0; i < d; i++) g[i] = (g[i] - g_mean - (x[i] - mean) * slope) * rstd;
}

AUTOCIRCUIT_CLONES void build_tile(int64_t size, const float* packed, const TileEntry<float>* entries, int64_t count,
                                   const float* const* bases, float* const* rows) {
  weighted_sums(size, packed, entries, count, bases, rows);
}

AUTOCIRCUIT_CLONES void build_tile(int64_t size, const double* packed, const TileEntry<double>* entries, int64_t count,
                                   const double* const* bases, double* const* rows) {
  weighted_sums(size, packed, entries, count, bases, rows);
}

template <class T>
AUTOCIRCUIT_INLINE void copy_block(T* to, const T* from, int64_t size) {
  if (size == kBlock<T>) std::memcpy(to, from, kBlock<T> * sizeof(T));
  else std::memcpy(to, from, size * sizeof(T));
}

AUTOCIRCUIT_CLONES void normalize_row(int64_t d, float* x, const NormArgs<float>& norm) { normalize(d, x, norm); }
AUTOCIRCUIT_CLONES void normalize_row(int64_t d, double* x, const NormArgs<double>& norm) { normalize(d, x, norm); }

AUTOCIRCUIT_CLONES void backward_row(int64_t d, float* g, const float* x, const NormArgs<float>& norm) {
  normalize_backward(d, g, x, norm);
}

AUTOCIRCUIT_CLONES void backward_row(int64_t d, double* g, const double* x, const NormArgs<double>& norm) {
  normalize_backward(d, g, x, norm);
}

template <class T>
AUTOCIRCUIT_INLINE void absorb(int64_t d, T* out, const T* ablated, T* resid) {
  if (resid)
    for (int64_t i = 0; i < d; i++) resid[i] += out[i];
  if (ablated)
    for (int64_t i = 0; i < d; i++) out[i] = ablated[i] - out[i];
}

AUTOCIRCUIT_CLONES void absorb_row(int64_t d, float* out, const float* ablated, float* resid) { absorb(d, out, ablated, resid); }
AUTOCIRCUIT_CLONES void absorb_row(int64_t d, double* out, const double* ablated, double* resid) { absorb(d, out, ablated, resid); }

// What one mask at one token asks for: the sources that count, and for every four rows their merged lists.
template <class T>
struct Cell {
  std::vector<int32_t> sources;             // by slot
  std::vector<TileEntry<T>> entries;
  std::vector<int64_t> begin{0};            // of each tile's entries
};

template <class T>
Cell<T> make_cell(const SourceLists& lists, int64_t cell, int64_t all_sources) {
  Cell<T> made;
  std::vector<int64_t> slot_of(all_sources, -1);
  const int64_t per_row = lists.masks * lists.tokens;
  for (int64_t first = 0; first < lists.rows; first += kTile) {
    int64_t at[kTile], end[kTile];
    for (int64_t r = 0; r < kTile; r++) {
      const int64_t list = (first + r) * per_row + cell;
      const bool exists = first + r < lists.rows;
      at[r] = exists ? lists.begin[list] : 0;
      end[r] = exists ? lists.begin[list + 1] : 0;
    }
    for (;;) {
      constexpr int32_t none = std::numeric_limits<int32_t>::max();
      int32_t source = none;
      for (int64_t r = 0; r < kTile; r++)
        if (at[r] < end[r]) source = std::min(source, lists.source[at[r]]);
      if (source == none) break;
      if (slot_of[source] < 0) {
        slot_of[source] = static_cast<int64_t>(made.sources.size());
        made.sources.push_back(source);
      }
      TileEntry<T> entry{slot_of[source], {}};
      for (int64_t r = 0; r < kTile; r++)
        if (at[r] < end[r] && lists.source[at[r]] == source) entry.weight[r] = static_cast<T>(lists.weight[at[r]++]);
      made.entries.push_back(entry);
    }
    made.begin.push_back(static_cast<int64_t>(made.entries.size()));
  }
  return made;
}

template <class T>
const T* data_or_null(const at::Tensor& t) {
  return t.defined() ? t.const_data_ptr<T>() : nullptr;
}

template <class T>
NormArgs<T> norm_args(NormKind kind, double eps, const at::Tensor& scale, const at::Tensor& shift) {
  return {kind, static_cast<T>(eps), data_or_null<T>(scale), data_or_null<T>(shift)};
}

at::Tensor packed(const at::Tensor& t) { return t.defined() ? t.contiguous() : t; }

// Work of about 32k elements a task keeps the threads busy without visible scheduling cost.
int64_t grain(int64_t elements) { return std::max<int64_t>(1, 32768 / std::max<int64_t>(1, elements)); }

}  // namespace

at::Tensor gather_rows(const RowInputs& inputs, const Delta& delta, const SourceLists& lists, int64_t n, int64_t length,
                       const std::vector<int64_t>& token_of, NormKind kind, double eps, const at::Tensor& scale_in,
                       const at::Tensor& shift_in) {
  const at::Tensor scale = packed(scale_in), shift = packed(shift_in);
  const at::Tensor resid = packed(inputs.resid), ablated = packed(inputs.ablated);
  const at::Tensor& any = resid.defined() ? resid : ablated;
  const int64_t d = any.size(1);
  at::Tensor out = at::empty({lists.rows, n, d}, any.options());
  const int64_t per_mask = n / lists.masks, tiles = (lists.rows + kTile - 1) / kTile;
  const int64_t all_sources = delta.first_late + (delta.late.defined() ? delta.late.size(0) : 0);
  AT_DISPATCH_FLOATING_TYPES(any.scalar_type(), "gather_rows", [&] {
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, shift);
    const scalar_t* resid_data = data_or_null<scalar_t>(resid);
    const scalar_t* ablated_data = data_or_null<scalar_t>(ablated);
    const int64_t resid_rows = resid.defined() ? resid.size(0) : 1;
    const int64_t ablated_rows = ablated.defined() ? ablated.size(0) : 1;
    const scalar_t* early = data_or_null<scalar_t>(delta.early);
    const scalar_t* late = data_or_null<scalar_t>(delta.late);
    const int64_t early_n = delta.early.defined() ? delta.early.size(1) : 1;
    scalar_t* out_data = out.mutable_data_ptr<scalar_t>();
    std::vector<Cell<scalar_t>> cells;
    size_t most_sources = 0;
    for (int64_t c = 0; c < lists.masks * lists.tokens; c++) {
      cells.push_back(make_cell<scalar_t>(lists, c, all_sources));
      most_sources = std::max(most_sources, cells.back().sources.size());
    }
    at::parallel_for(0, n, grain(lists.rows * d), [&](int64_t from, int64_t to) {
      constexpr int64_t block = kBlock<scalar_t>;
      std::vector<scalar_t> packed_deltas(most_sources * (d + block)), spare(block);  // [block of d][slot][kBlock]
      for (int64_t i = from; i < to; i++) {
        const int64_t token = lists.tokens == 1 ? 0 : token_of[i % length];
        const Cell<scalar_t>& cell = cells[i / per_mask * lists.tokens + token];
        const int64_t slots = static_cast<int64_t>(cell.sources.size());
        for (int64_t k = 0; k < slots; k++) {
          const int64_t s = cell.sources[k];
          const scalar_t* from_delta = s < delta.first_late ? early + (s * early_n + i % early_n) * d
                                                            : late + ((s - delta.first_late) * n + i) * d;
          for (int64_t start = 0; start < d; start += block)
            copy_block(packed_deltas.data() + start * slots + k * block, from_delta + start, std::min(block, d - start));
        }
        for (int64_t start = 0; start < d; start += block) {
          const int64_t size = std::min(block, d - start);
          const scalar_t* packed_block = packed_deltas.data() + start * slots;
          for (int64_t t = 0; t < tiles; t++) {
            const scalar_t* bases[kTile];
            scalar_t* rows[kTile];
            for (int64_t r = 0; r < kTile; r++) {
              const int64_t row = t * kTile + r;
              const bool exists = row < lists.rows;  // the last tile is filled up with a row nobody reads
              const bool from_ablated = exists ? inputs.from_ablated[row] : resid_data == nullptr;
              bases[r] = (from_ablated ? ablated_data + (i % ablated_rows) * d : resid_data + (i % resid_rows) * d) + start;
              rows[r] = exists ? out_data + (row * n + i) * d + start : spare.data();
            }
            build_tile(size, packed_block, cell.entries.data() + cell.begin[t], cell.begin[t + 1] - cell.begin[t], bases, rows);
          }
        }
        if (kind != NormKind::none)
          for (int64_t r = 0; r < lists.rows; r++) normalize_row(d, out_data + (r * n + i) * d, norm);
      }
    });
  });
  return out;
}

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x_in, NormKind kind, double eps, const at::Tensor& scale_in) {
  const at::Tensor x = packed(x_in), scale = packed(scale_in);
  const int64_t d = grad.size(-1), total = grad.numel() / d, x_rows = x.numel() / d;
  AT_DISPATCH_FLOATING_TYPES(grad.scalar_type(), "norm_backward_rows_", [&] {
    const NormArgs<scalar_t> norm = norm_args<scalar_t>(kind, eps, scale, {});
    const scalar_t* x_data = x.const_data_ptr<scalar_t>();
    scalar_t* data = grad.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, total, grain(d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) backward_row(d, data + i * d, x_data + (i % x_rows) * d, norm);
    });
  });
}

void absorb_outputs_(at::Tensor& out, const at::Tensor& ablated_in, at::Tensor& resid) {
  const at::Tensor ablated = packed(ablated_in);
  const int64_t heads = out.size(0), n = out.size(1), d = out.size(2);
  const int64_t ablated_n = ablated.defined() ? ablated.size(1) : 1;
  AT_DISPATCH_FLOATING_TYPES(out.scalar_type(), "absorb_outputs_", [&] {
    const scalar_t* ablated_data = data_or_null<scalar_t>(ablated);
    scalar_t* resid_data = resid.defined() ? resid.mutable_data_ptr<scalar_t>() : nullptr;
    scalar_t* data = out.mutable_data_ptr<scalar_t>();
    at::parallel_for(0, n, grain(heads * d), [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++)
        for (int64_t h = 0; h < heads; h++)
          absorb_row(d, data + (h * n + i) * d,
                     ablated_data ? ablated_data + (h * ablated_n + i % ablated_n) * d : nullptr,
                     resid_data ? resid_data + i * d : nullptr);
    });
  });
}

}  // namespace autocircuit
