// LibTorch's own operators: right on every device, written to be short. Nothing here waits for the device.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "operators/norm_kind.h"
#include "operators/table.h"

namespace autocircuit::portable {
namespace {

using signatures::OptionalTensor;

// What sums are made in: float32 for narrower types. These are widened some at a time, so that little memory holds them twice.
at::ScalarType sum_type(const at::Tensor& t) { return t.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }
bool is_narrow(const at::Tensor& t) { return t.scalar_type() != sum_type(t); }
constexpr int64_t kWidenedAtOnce = int64_t{1} << 24;

// How many of `count` slices of `numbers` numbers each are widened together.
int64_t slices_at_once(int64_t count, int64_t numbers) {
  return std::clamp<int64_t>(kWidenedAtOnce / std::max<int64_t>(1, numbers), 1, std::max<int64_t>(1, count));
}

at::Tensor normed(const at::Tensor& x, NormKind kind, double eps, const OptionalTensor& scale, const OptionalTensor& shift) {
  if (kind == NormKind::none) return x;
  const at::Tensor centred = kind == NormKind::layer_norm ? x - x.mean(-1, true) : x;
  at::Tensor out = centred * at::rsqrt(centred.square().mean(-1, true) + eps);
  if (scale) out = out * *scale;
  if (shift) out = out + *shift;
  return out;
}

// [lists, sources, tile]: every list with a weight for every source. Entries of no list go to one that nobody reads.
at::Tensor dense_lists(const at::Tensor& begin, const at::Tensor& source, const at::Tensor& weight, int64_t lists, int64_t sources) {
  const at::Tensor entry = at::arange(source.size(0), begin.options());
  const at::Tensor found = at::bucketize(entry, begin.narrow(0, 1, lists), false, true);
  const at::Tensor list = at::where(entry < begin[0], lists, found);
  at::Tensor dense = at::zeros({lists + 1, sources, weight.size(1)}, weight.options());
  dense.index_put_({list, at::where(list == lists, 0, source.to(at::kLong))}, weight);
  return dense.narrow(0, 0, lists);
}

// weights [N, R, S] times deltas [S, e, D], e a divisor of N: [N, R, D], not rounded to the deltas' type.
at::Tensor weighted(const at::Tensor& weights, const at::Tensor& deltas) {
  const int64_t n = weights.size(0), e = deltas.size(1), repeats = n / e, count = deltas.size(0);
  const at::Tensor by_row = weights.view({repeats, e, weights.size(1), weights.size(2)}).transpose(0, 1).flatten(1, 2);
  at::Tensor sums;
  if (is_narrow(deltas)) {
    sums = at::zeros({e, by_row.size(1), deltas.size(2)}, deltas.options().dtype(sum_type(deltas)));
    const int64_t most = slices_at_once(count, e * deltas.size(2));
    for (int64_t first = 0; first < count; first += most) {
      const int64_t some = std::min(most, count - first);
      sums.baddbmm_(by_row.narrow(2, first, some), deltas.narrow(0, first, some).to(sums.scalar_type()).transpose(0, 1));
    }
  } else {
    sums = at::bmm(by_row, deltas.transpose(0, 1));
  }
  return sums.view({e, repeats, weights.size(1), -1}).transpose(0, 1).flatten(0, 1);
}

// The deltas that lists name, and the lists' entries as indices into these: other sources may not have been written at all, and 0
// times what lies in their memory need not be 0. Needs lists in the host's memory; elsewhere who makes room for deltas clears it.
struct NamedDeltas {
  OptionalTensor early, late;
  int64_t first_late;
  at::Tensor source;
};

NamedDeltas named_deltas(const OptionalTensor& early, const OptionalTensor& late, int64_t first_late, const at::Tensor& begin,
                         const at::Tensor& source, int64_t sources) {
  const int32_t* const entries = source.const_data_ptr<int32_t>();
  const int32_t* const begins = begin.const_data_ptr<int32_t>();
  std::vector<int64_t> place(sources, -1), of_early, of_late;
  for (int32_t k = begins[0]; k < begins[begin.size(0) - 1]; k++) place[entries[k]] = 0;
  for (int64_t s = 0; s < sources; s++) {
    if (place[s] < 0) continue;
    place[s] = static_cast<int64_t>(of_early.size() + of_late.size());
    if (s < first_late) of_early.push_back(s);
    else of_late.push_back(s - first_late);
  }
  const at::Tensor renamed = at::zeros_like(source);
  int32_t* const names = renamed.mutable_data_ptr<int32_t>();
  for (int32_t k = begins[0]; k < begins[begin.size(0) - 1]; k++) names[k] = static_cast<int32_t>(place[entries[k]]);
  const auto chosen = [](const OptionalTensor& deltas, const std::vector<int64_t>& which) {
    return which.empty() ? OptionalTensor() : OptionalTensor(deltas->index_select(0, at::tensor(which, at::kLong)));
  };
  return {chosen(early, of_early), chosen(late, of_late), static_cast<int64_t>(of_early.size()), renamed};
}

// Row i of [N or a divisor, D] for all N rows, as [1, N, D].
at::Tensor for_all(const at::Tensor& x, int64_t n) { return x.repeat({n / x.size(0), 1}).unsqueeze(0); }

// Logits of so many rows are held at once.
constexpr int64_t kLogitsAtOnce = int64_t{1} << 26;

at::Tensor divergences_of_rows(const at::Tensor& logits, const at::Tensor& expected, const at::Tensor& p) {
  const at::Tensor difference = logits - expected;
  const at::Tensor largest = at::amax(difference, -1, true), below = difference - largest;
  const at::Tensor weights = p.sum(-1);
  const at::Tensor mean = (p * below).sum(-1) / weights;
  const at::Tensor near = at::log((p * below.exp()).sum(-1) / weights) - mean;
  const at::Tensor log_p = at::log_softmax(expected, -1);
  const at::Tensor wide = (log_p.exp() * (log_p - at::log_softmax(logits, -1))).sum(-1);
  return at::where(-mean <= 40, near, wide);
}

}  // namespace

at::Tensor patched_rows(const OptionalTensor& resid, const OptionalTensor& ablated, const at::Tensor& from_ablated,
                        const OptionalTensor& early_in, const OptionalTensor& late_in, int64_t first_late_in, const at::Tensor& begin,
                        const at::Tensor& source_in, const at::Tensor& weight, const at::Tensor& token_of, int64_t rows, int64_t masks,
                        int64_t tokens, int64_t n, int64_t norm, double eps, const OptionalTensor& scale, const OptionalTensor& shift) {
  const int64_t tile = weight.size(1), tiles = (rows + tile - 1) / tile, cells = masks * tokens;
  NamedDeltas deltas{early_in, late_in, first_late_in, source_in};
  if (begin.is_cpu())
    deltas = named_deltas(early_in, late_in, first_late_in, begin.narrow(0, 0, tiles * cells + 1), source_in,
                          first_late_in + (late_in ? late_in->size(0) : 0));
  const auto& [early, late, first_late, source] = deltas;
  const int64_t sources = first_late + (late ? late->size(0) : 0);
  at::Tensor sum;  // [N, R, D]
  if (sources > 0) {
    const at::Tensor index = at::arange(n, begin.options());
    at::Tensor cell = at::floor_divide(index, n / masks) * tokens;
    if (tokens > 1) cell = cell + token_of.repeat({n / token_of.size(0)});
    const at::Tensor by_cell = dense_lists(begin, source, weight, tiles * cells, sources)
                                   .view({tiles, cells, sources, tile})
                                   .permute({1, 0, 3, 2})
                                   .reshape({cells, tiles * tile, sources})
                                   .narrow(1, 0, rows);
    const at::Tensor of_row = by_cell.index_select(0, cell.to(at::kLong));  // [N, R, S]
    if (early && first_late > 0) sum = weighted(of_row.narrow(2, 0, first_late).contiguous(), early->narrow(0, 0, first_late));
    if (late) {
      const at::Tensor of_late = weighted(of_row.narrow(2, first_late, late->size(0)).contiguous(), *late);
      sum = sum.defined() ? sum + of_late : of_late;
    }
  }
  at::Tensor base;  // [R or 1, N, D]
  if (resid && ablated) base = at::where(from_ablated.to(at::kBool).view({-1, 1, 1}), for_all(*ablated, n), for_all(*resid, n));
  else base = for_all(resid ? *resid : *ablated, n);
  const at::ScalarType type = base.scalar_type();
  base = base.to(sum_type(base));
  const at::Tensor inputs = sum.defined() ? base + sum.transpose(0, 1) : base.expand({rows, -1, -1});
  return normed(inputs, static_cast<NormKind>(norm), eps, scale, shift).to(type).contiguous();
}

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x_in, int64_t norm, double eps, const OptionalTensor& scale) {
  const NormKind kind = static_cast<NormKind>(norm);
  if (kind == NormKind::none) return;
  const int64_t d = grad.size(-1);
  const at::ScalarType sums = sum_type(grad);
  at::Tensor x = x_in.reshape({-1, d}).to(sums), g = grad.view({-1, x.size(0), d}).to(sums);
  if (kind == NormKind::layer_norm) x = x - x.mean(-1, true);
  const at::Tensor rstd = at::rsqrt(x.square().mean(-1, true) + eps);
  if (scale) g = g * *scale;
  const at::Tensor slope = (g * x).mean(-1, true) * rstd.square();
  if (kind == NormKind::layer_norm) g = g - g.mean(-1, true);
  grad.copy_(((g - x * slope) * rstd).view(grad.sizes()));
}

void absorb_outputs_(at::Tensor& out, const OptionalTensor& ablated, const OptionalTensor& resid) {
  if (resid) {
    at::Tensor into = *resid;
    if (is_narrow(out)) into.copy_(into.to(sum_type(out)) + out.sum(0, /*keepdim=*/false, sum_type(out)));
    else into.add_(out.sum(0));
  }
  if (ablated) out.neg_().view({out.size(0), -1, ablated->size(1), out.size(2)}).add_(ablated->unsqueeze(1));
}

at::Tensor mask_gradient(const at::Tensor& grad_in, const at::Tensor& delta_in, const at::Tensor& bucket_of, int64_t buckets) {
  const at::ScalarType sums = sum_type(grad_in);
  const int64_t rows = grad_in.size(0), n = grad_in.size(1), sources = delta_in.size(0);
  const bool one = bucket_of.numel() == 0;
  const at::Tensor in_bucket = one ? at::Tensor() : (at::arange(buckets, bucket_of.options()).unsqueeze(1) == bucket_of).to(sums);
  at::Tensor result = at::zeros({buckets, rows, sources}, grad_in.options().dtype(sums));
  const int64_t most = is_narrow(grad_in) ? slices_at_once(n, (rows + sources) * grad_in.size(2)) : std::max<int64_t>(1, n);
  for (int64_t first = 0; first < n; first += most) {
    const int64_t some = std::min(most, n - first);
    const at::Tensor grad = grad_in.narrow(1, first, some).to(sums), delta = delta_in.narrow(1, first, some).to(sums);
    if (one) {
      result[0].addmm_(grad.flatten(1), delta.flatten(1).t());
      continue;
    }
    const at::Tensor products = at::bmm(grad.transpose(0, 1), delta.permute({1, 2, 0}));  // [some, R, S]
    result.flatten(1).addmm_(in_bucket.narrow(1, first, some), products.flatten(1));
  }
  return result;
}

at::Tensor divergences(const at::Tensor& x, const at::Tensor& weight, const OptionalTensor& bias, double softcap,
                       const at::Tensor& expected, const at::Tensor& probabilities) {
  const int64_t rows = x.size(0), known = expected.size(0);
  const int64_t at_once = std::max<int64_t>(1, kLogitsAtOnce / weight.size(1));
  at::Tensor result = at::empty({rows}, expected.options());
  for (int64_t first = 0; first < rows;) {
    const int64_t with = first % known;  // the rows that they are compared with follow one another
    const int64_t count = std::min({at_once, rows - first, known - with});
    const at::Tensor part = x.narrow(0, first, count);
    at::Tensor logits = (bias ? at::addmm(*bias, part, weight) : at::mm(part, weight)).to(expected.scalar_type());
    if (softcap > 0) logits = at::tanh(logits / softcap) * softcap;
    result.narrow(0, first, count)
        .copy_(divergences_of_rows(logits, expected.narrow(0, with, count), probabilities.narrow(0, with, count)));
    first += count;
  }
  return result;
}

}  // namespace autocircuit::portable
