#include "kernels/cpu/products.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "kernels/panel_use.h"
#include "kernels/processor.h"

namespace autocircuit {
namespace {

// Numbers of a row of x, and of out, have to lie side by side.
bool have_panels(const at::Tensor& x, const at::Tensor& matrix) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && matrix.scalar_type() == at::kFloat;
}

bool prefer_panels(const at::Tensor& x, const at::Tensor& matrix) {
  const PanelUse which = panel_use();
  constexpr int64_t fewest_rows = 8;  // a panel is packed for each product: fewer do not pay for it
  if (which == PanelUse::never || x.size(-2) < fewest_rows || !have_panels(x, matrix)) return false;
  constexpr int64_t thin = 128, few_rows = 64;
  return which == PanelUse::always || x.size(-2) <= few_rows || x.size(-1) <= thin || matrix.size(-1) <= thin;
}

at::Tensor with_rows_together(const at::Tensor& x) { return x.stride(-1) == 1 || x.size(-1) == 1 ? x : x.contiguous(); }

void by_panels(at::Tensor& out, const at::Tensor& x_in, const at::Tensor& matrices, const at::Tensor& bias_in, PanelStart start) {
  const at::Tensor x = with_rows_together(x_in), bias = bias_in.defined() ? bias_in.contiguous() : bias_in;
  const int64_t count = x.size(0), n = x.size(1), k = x.size(2), columns = matrices.size(2), panels = (columns + kPanel - 1) / kPanel;
  if (out.numel() == 0) return;
  const float* const x_data = x.const_data_ptr<float>();
  const float* const matrix_data = matrices.const_data_ptr<float>();
  const float* const bias_data = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* const out_data = out.mutable_data_ptr<float>();
  const auto multiply = kernels().multiply_panel;
  // Several panels for every thread; where there are fewer, threads share them by rows, and each packs its own.
  const int64_t threads = at::get_num_threads(), tasks = count * panels;
  const int64_t parts =
      threads == 1 || tasks >= 4 * threads ? 1 : std::clamp<int64_t>(4 * threads / tasks, 1, std::max<int64_t>(1, n / 96));
  const int64_t rows_of_part = (n + parts - 1) / parts;
  constexpr int64_t worth_a_thread = int64_t{1} << 20;  // multiplications: some ten microseconds
  const int64_t grain = 1 + worth_a_thread / (1 + rows_of_part * k * std::min(kPanel, columns));
  at::parallel_for(0, tasks * parts, grain, [&](int64_t from, int64_t to) {
    alignas(64) float packed[kPanelDepth * kPanel];
    for (int64_t task = from; task < to; task++) {
      const int64_t part = task % parts, r = task / parts / panels, first = task / parts % panels * kPanel, row = part * rows_of_part;
      if (row >= n) continue;
      multiply({std::min(rows_of_part, n - row),
                k,
                x_data + r * x.stride(0) + row * x.stride(1),
                x.stride(1),
                {matrix_data + r * matrices.stride(0), matrices.stride(1), matrices.stride(2)},
                first,
                std::min(kPanel, columns - first),
                start,
                bias_data ? bias_data + first : nullptr,
                packed,
                out_data + r * out.stride(0) + row * out.stride(1) + first,
                out.stride(1)});
    }
  });
}

void one_by_panels(const at::Tensor& out, const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias) {
  at::Tensor all = out.unsqueeze(0);
  by_panels(all, x.unsqueeze(0), matrix.unsqueeze(0), bias, bias.defined() ? PanelStart::bias : PanelStart::zero);
}

at::Tensor by_library(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias) {
  return bias.defined() ? at::addmm(bias, x, matrix) : at::mm(x, matrix);
}

bool can_take(const at::Tensor& out) { return out.stride(-1) == 1 || out.size(-1) == 1; }

// In float16 and bfloat16 the general library takes some 25 microseconds to begin a product, float32 three, and with instructions for these
// types it has made up for that after a million multiplications. Smaller ones are made in float32 and rounded once.
bool is_small_and_narrow(const at::Tensor& x, const at::Tensor& matrix) {
  constexpr int64_t most = int64_t{1} << 20;  // multiplications
  const bool narrow = x.scalar_type() == at::kHalf || x.scalar_type() == at::kBFloat16;
  return narrow && x.is_cpu() && x.numel() * matrix.size(-1) <= most;
}

at::Tensor wide(const at::Tensor& t) { return t.defined() ? t.to(at::kFloat) : t; }

}  // namespace

at::Tensor product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias) {
  if (is_small_and_narrow(x, matrix)) return product(wide(x), wide(matrix), wide(bias)).to(x.scalar_type());
  if (!prefer_panels(x, matrix)) return by_library(x, matrix, bias);
  const at::Tensor out = at::empty({x.size(0), matrix.size(1)}, x.options());
  one_by_panels(out, x, matrix, bias);
  return out;
}

void product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias) {
  if (prefer_panels(x, matrix) && can_take(out)) one_by_panels(out, x, matrix, bias);
  else out.copy_(is_small_and_narrow(x, matrix) ? product(wide(x), wide(matrix), wide(bias)) : by_library(x, matrix, bias));
}

at::Tensor batch_product(const at::Tensor& x, const at::Tensor& matrices) {
  if (is_small_and_narrow(x, matrices)) return batch_product(wide(x), wide(matrices)).to(x.scalar_type());
  if (!prefer_panels(x, matrices)) return at::bmm(x, matrices);
  at::Tensor out = at::empty({x.size(0), x.size(1), matrices.size(2)}, x.options());
  by_panels(out, x, matrices, {}, PanelStart::zero);
  return out;
}

void batch_product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices) {
  if (prefer_panels(x, matrices) && can_take(out)) by_panels(out, x, matrices, {}, PanelStart::zero);
  else if (is_small_and_narrow(x, matrices)) out.copy_(batch_product(wide(x), wide(matrices)));
  else at::bmm_out(out, x, matrices);
}

void add_batch_product_(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices) {
  if (is_small_and_narrow(x, matrices)) {
    const at::Tensor sum = wide(out);
    add_batch_product_(sum, wide(x), wide(matrices));
    out.copy_(sum);
    return;
  }
  if (prefer_panels(x, matrices) && can_take(out)) by_panels(out, x, matrices, {}, PanelStart::out);
  else out.baddbmm_(x, matrices);
}

at::Tensor few_rows_product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& bias) {
  if (is_small_and_narrow(x, matrix)) return few_rows_product(wide(x), wide(matrix), wide(bias)).to(x.scalar_type());
  if (!have_panels(x, matrix)) return by_library(x, matrix, bias);
  const at::Tensor out = at::empty({x.size(0), matrix.size(1)}, x.options());
  one_by_panels(out, x, matrix, bias);
  return out;
}

void short_batch_product_into(at::Tensor out, const at::Tensor& x, const at::Tensor& matrices) {
  if (have_panels(x, matrices) && can_take(out)) by_panels(out, x, matrices, {}, PanelStart::zero);
  else if (is_small_and_narrow(x, matrices)) out.copy_(batch_product(wide(x), wide(matrices)));
  else at::bmm_out(out, x, matrices);
}

}  // namespace autocircuit
