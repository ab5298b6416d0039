#include "kernels/patched_rows.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "device_operators/arguments.h"
#include "device_operators/dispatch.h"
#include "device_operators/operators.h"
#include "devices/tile_rows.h"
#include "kernels/patched_rows_norm.h"
#include "launch/launch.h"

// There is no second path through a matrix product for lists that hold every source: whether they do is written in device memory
// alone (`source` may be longer than the lists), and a product adds in another order and rounds float16 before the base is added, so
// that what should cancel to 0 would not.

namespace autocircuit::kernels {
namespace {

constexpr const char* kName = "patched_rows";

// Tiles share a block up to this size: two such blocks fit on a multiprocessor (a thread has up to 80 registers), and one sums while
// the other is at its norm.
constexpr int kPreferredThreads = 384;

template <class T>
struct Shape {
  int tile_threads;
  int64_t tiles_a_block, groups, pieces;

  Shape(int64_t d, int64_t tiles) {
    tile_threads = threads_for(d, PatchedRows<T>::kMaxThreads);
    const int64_t most = std::max<int64_t>(1, std::min(kPreferredThreads, PatchedRows<T>::kMaxThreads) / tile_threads);
    groups = divide_up(tiles, most);
    tiles_a_block = divide_up(tiles, std::max<int64_t>(1, groups));
    pieces = divide_up(d, tile_threads * kShare);
  }
};

}  // namespace

at::Tensor patched_rows(const Maybe& resid, const Maybe& ablated, const at::Tensor& from_ablated, const Maybe& early, const Maybe& late,
                        int64_t first_late, const at::Tensor& begin, const at::Tensor& source, const at::Tensor& weight_in,
                        const at::Tensor& token_of, int64_t rows, int64_t masks, int64_t tokens, int64_t n, int64_t norm, double eps,
                        const Maybe& scale, const Maybe& shift) {
  check(has(resid) || has(ablated), kName, ": there is neither resid nor ablated");
  const at::Tensor& any = has(resid) ? *resid : *ablated;
  const OnDeviceOf guard(any);
  const at::ScalarType dtype = any.scalar_type();
  const at::Device device = any.device();
  const int64_t d = any.size(-1), tiles = divide_up(rows, kDeviceTileRows);
  const at::ScalarType weight_dtype = dtype == at::kDouble ? at::kDouble : at::kFloat;
  check_norm(norm, kName);
  check(masks > 0 && tokens > 0 && n % masks == 0, kName, ": ", masks, " masks do not divide ", n, " rows");
  for (const auto& [base, name] : {std::pair{&resid, "resid"}, {&ablated, "ablated"}})
    if (has(*base)) {
      check_dense(**base, {kName, name}, dtype, device);
      check_sizes(**base, {kName, name}, {(*base)->size(0), d});
      check_divisor((*base)->size(0), n, {kName, name});
    }
  if (has(early)) {
    check_dense(*early, {kName, "early"}, dtype, device);
    check_sizes(*early, {kName, "early"}, {early->size(0), early->size(1), d});
    check_divisor(early->size(1), n, {kName, "early"});
    check(early->size(0) >= first_late, kName, ": early has ", early->size(0), " sources, not ", first_late);
  }
  if (has(late)) {
    check_dense(*late, {kName, "late"}, dtype, device);
    check_sizes(*late, {kName, "late"}, {late->size(0), n, d});
  }
  check_dense(from_ablated, {kName, "from_ablated"}, at::kByte, device);
  check_sizes(from_ablated, {kName, "from_ablated"}, {rows});
  check_dense(begin, {kName, "begin"}, at::kInt, device);
  check(begin.numel() > tiles * masks * tokens, kName, ": begin has ", begin.numel(), " entries, not ", tiles * masks * tokens + 1);
  check_dense(source, {kName, "source"}, at::kInt, device);
  check_dense(weight_in, {kName, "weight"}, weight_dtype, device);
  check_sizes(weight_in, {kName, "weight"}, {weight_in.size(0), kDeviceTileRows});
  check_dense(token_of, {kName, "token_of"}, at::kInt, device);
  check(tokens == 1 || token_of.numel() > 0, kName, ": token_of is empty");
  for (const auto& [vector, name] : {std::pair{&scale, "scale"}, {&shift, "shift"}})
    if (has(*vector)) {
      check_dense(**vector, {kName, name}, dtype, device);
      check_sizes(**vector, {kName, name}, {d});
    }

  at::Tensor out = at::empty({rows, n, d}, any.options());
  if (out.numel() == 0) return out;
  // Part of a larger tensor, a list may start anywhere.
  const at::Tensor weight = aligned_for(kDeviceTileRows, {weight_in}) ? weight_in : weight_in.clone();
  AUTOCIRCUIT_DISPATCH(dtype, kName, [&] {
    using Kernel = PatchedRows<scalar_t>;
    using C = Compute<scalar_t>;
    check(n * d * static_cast<int64_t>(sizeof(scalar_t)) <= int64_t{UINT32_MAX}, kName, ": a source of ", n, " x ", d, " is too large");
    const Shape<scalar_t> shape(d, tiles);
    const Norm<scalar_t> of_norm = norm_arguments<scalar_t>(norm, eps, scale, shift);
    const bool aligned = aligned_for(d, {resid, ablated, early, late, scale, shift, out});
    // Rows that no block holds as a whole are normed when all their pieces are there, from sums that were not rounded.
    const bool norm_later = norm != kNoNorm && shape.pieces > 1;
    at::Tensor raw;
    if (norm_later) raw = std::is_same_v<C, scalar_t> ? out : at::empty(out.sizes(), out.options().dtype(weight_dtype));
    Kernel kernel{};
    kernel.resid = data_or_null<scalar_t>(resid);
    kernel.ablated = data_or_null<scalar_t>(ablated);
    kernel.early = data_or_null<scalar_t>(early);
    kernel.late = data_or_null<scalar_t>(late);
    kernel.resid_rows = narrow(has(resid) ? resid->size(0) : 1, kName);
    kernel.ablated_rows = narrow(has(ablated) ? ablated->size(0) : 1, kName);
    kernel.early_rows = narrow(has(early) ? early->size(1) : 1, kName);
    kernel.first_late = narrow(first_late, kName);
    kernel.from_ablated = from_ablated.const_data_ptr<uint8_t>();
    kernel.begin = begin.const_data_ptr<int32_t>();
    kernel.source = source.const_data_ptr<int32_t>();
    kernel.weight = weight.const_data_ptr<C>();
    kernel.token_of = token_of.const_data_ptr<int32_t>();
    kernel.seq_len = narrow(token_of.numel(), kName);
    kernel.masks = narrow(masks, kName);
    kernel.tokens = narrow(tokens, kName);
    kernel.rows = narrow(rows, kName);
    kernel.n = narrow(n, kName);
    kernel.d = narrow(d, kName);
    kernel.norm = of_norm;
    if (shape.pieces > 1) kernel.norm.kind = kNoNorm;
    kernel.aligned = aligned;
    kernel.tiles = narrow(tiles, kName);
    kernel.tiles_a_block = narrow(shape.tiles_a_block, kName);
    kernel.out = out.mutable_data_ptr<scalar_t>();
    kernel.raw = norm_later ? raw.mutable_data_ptr<C>() : nullptr;
    const int threads = shape.tile_threads * kernel.tiles_a_block;
    launch(kernel, {narrow(n * shape.groups, kName), shape.pieces, threads});
    if (!norm_later) return;
    const PatchedRowsNorm<scalar_t> normed{raw.const_data_ptr<C>(), kernel.out, kernel.d, of_norm, aligned};
    launch(normed, {rows * n, 1, threads_for(d, PatchedRowsNorm<scalar_t>::kMaxThreads)});
  });
  return out;
}

}  // namespace autocircuit::kernels
