#include "engine/panel_products.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "patching/panel.h"

namespace autocircuit {

bool suit_panels(const at::Tensor& x, const at::Tensor& matrices) {
  constexpr int64_t most_k = 2048;
  return has_panels() && x.is_cpu() && x.scalar_type() == at::kFloat && matrices.scalar_type() == at::kFloat && x.size(2) <= most_k;
}

void panel_products(at::Tensor& out, const at::Tensor& x_in, const at::Tensor& matrices, const at::Tensor& bias_in) {
  const at::Tensor x = x_in.stride(2) == 1 ? x_in : x_in.contiguous(), bias = bias_in.defined() ? bias_in.contiguous() : bias_in;
  const int64_t count = x.size(0), n = x.size(1), k = x.size(2), columns = matrices.size(2), panels = (columns + kPanel - 1) / kPanel;
  const float* const x_data = x.const_data_ptr<float>();
  const float* const matrix_data = matrices.const_data_ptr<float>();
  const float* const bias_data = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* const out_data = out.mutable_data_ptr<float>();
  at::parallel_for(0, count * panels, 4, [&](int64_t from, int64_t to) {
    const at::Tensor packed = at::empty({k, kPanel}, x.options());
    for (int64_t task = from; task < to; task++) {
      const int64_t r = task / panels, first = task % panels * kPanel;
      const PanelMatrix matrix{matrix_data + r * matrices.stride(0), matrices.stride(1), matrices.stride(2)};
      multiply_panel(n, k, x_data + r * x.stride(0), x.stride(1), matrix, first, std::min(kPanel, columns - first),
                     bias_data ? bias_data + first : nullptr, packed.mutable_data_ptr<float>(), out_data + r * n * columns + first, columns);
    }
  });
}

}  // namespace autocircuit
