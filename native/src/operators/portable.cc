// LibTorch's own operators: right on every device, written to be short. Nothing here waits for the device.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "engine/config.h"
#include "operators/signatures.h"

namespace autocircuit::portable {
namespace {

using signatures::OptionalTensor;

at::Tensor normed(const at::Tensor& x, NormKind kind, double eps, const OptionalTensor& scale, const OptionalTensor& shift) {
  if (kind == NormKind::none) return x;
  at::Tensor centred = x.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  if (kind == NormKind::layer) centred = centred - centred.mean(-1, true);
  at::Tensor out = centred * at::rsqrt(centred.square().mean(-1, true) + eps);
  if (scale) out = out * *scale;
  if (shift) out = out + *shift;
  return out.to(x.scalar_type());
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

// weights [N, R, S] times deltas [S, e, D], e a divisor of N: [N, R, D].
at::Tensor weighted(const at::Tensor& weights, const at::Tensor& deltas) {
  const int64_t n = weights.size(0), e = deltas.size(1), repeats = n / e;
  const at::Tensor by_row = weights.view({repeats, e, weights.size(1), weights.size(2)}).transpose(0, 1).flatten(1, 2);
  const at::Tensor sums = at::bmm(by_row.to(deltas.scalar_type()), deltas.transpose(0, 1));
  return sums.view({e, repeats, weights.size(1), -1}).transpose(0, 1).flatten(0, 1);
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
                        const OptionalTensor& early, const OptionalTensor& late, int64_t first_late, const at::Tensor& begin,
                        const at::Tensor& source, const at::Tensor& weight, const at::Tensor& token_of, int64_t rows, int64_t masks,
                        int64_t tokens, int64_t n, int64_t norm, double eps, const OptionalTensor& scale, const OptionalTensor& shift) {
  const int64_t tile = weight.size(1), tiles = (rows + tile - 1) / tile, cells = masks * tokens;
  const int64_t sources = first_late + (late ? late->size(0) : 0);
  const at::Tensor index = at::arange(n, begin.options());
  at::Tensor cell = at::floor_divide(index, n / masks) * tokens;
  if (tokens > 1) cell = cell + token_of.repeat({n / token_of.size(0)});
  const at::Tensor by_cell = dense_lists(begin, source, weight, tiles * cells, sources)
                                 .view({tiles, cells, sources, tile})
                                 .permute({1, 0, 3, 2})
                                 .reshape({cells, tiles * tile, sources})
                                 .narrow(1, 0, rows);
  const at::Tensor of_row = by_cell.index_select(0, cell.to(at::kLong));  // [N, R, S]
  at::Tensor sum;
  if (early && first_late > 0) sum = weighted(of_row.narrow(2, 0, first_late).contiguous(), early->narrow(0, 0, first_late));
  if (late) {
    const at::Tensor of_late = weighted(of_row.narrow(2, first_late, late->size(0)).contiguous(), *late);
    sum = sum.defined() ? sum + of_late : of_late;
  }
  at::Tensor base;  // [R or 1, N, D]
  if (resid && ablated)
    base = at::where(from_ablated.to(at::kBool).view({-1, 1, 1}), for_all(*ablated, n), for_all(*resid, n));
  else
    base = for_all(resid ? *resid : *ablated, n);
  const at::Tensor inputs = sum.defined() ? base + sum.transpose(0, 1) : base.expand({rows, -1, -1});
  return normed(inputs, static_cast<NormKind>(norm), eps, scale, shift).contiguous();
}

void norm_backward_rows_(at::Tensor& grad, const at::Tensor& x_in, int64_t norm, double eps, const OptionalTensor& scale) {
  const NormKind kind = static_cast<NormKind>(norm);
  if (kind == NormKind::none) return;
  const int64_t d = grad.size(-1);
  const at::ScalarType sums = grad.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor x = x_in.reshape({-1, d}).to(sums), g = grad.view({-1, x.size(0), d}).to(sums);
  if (kind == NormKind::layer) x = x - x.mean(-1, true);
  const at::Tensor rstd = at::rsqrt(x.square().mean(-1, true) + eps);
  if (scale) g = g * *scale;
  const at::Tensor slope = (g * x).mean(-1, true) * rstd.square();
  if (kind == NormKind::layer) g = g - g.mean(-1, true);
  grad.copy_(((g - x * slope) * rstd).view(grad.sizes()));
}

void absorb_outputs_(at::Tensor& out, const OptionalTensor& ablated, const OptionalTensor& resid) {
  if (resid) at::Tensor(*resid).add_(out.sum(0));
  if (ablated)
    out.neg_().view({out.size(0), -1, ablated->size(1), out.size(2)}).add_(ablated->unsqueeze(1));
}

at::Tensor mask_gradient(const at::Tensor& grad, const at::Tensor& delta, const at::Tensor& bucket_of, int64_t buckets) {
  const at::ScalarType sums = grad.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  if (bucket_of.numel() == 0) return at::mm(grad.flatten(1), delta.flatten(1).t()).to(sums).unsqueeze(0);
  const at::Tensor products = at::bmm(grad.transpose(0, 1), delta.permute({1, 2, 0})).to(sums);  // [N, R, S]
  const at::Tensor in_bucket = (at::arange(buckets, bucket_of.options()).unsqueeze(1) == bucket_of).to(sums);
  return at::mm(in_bucket, products.flatten(1)).view({buckets, grad.size(0), delta.size(0)});
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
