#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

#include "engine/norm.h"
#include "engine/transformer.h"

namespace autocircuit {

// What a linear reader projects to.
enum class Projection : uint8_t { query, key, value, mlp_in, mlp_gate };

// Results that depend on the ablation alone: the residual stream in which every source is ablated, its projections, and
// what a head or an MLP gives when all its inputs are ablated. Rows [A * P], A the ablation's batch (1 when all examples
// share it). Each is made when first asked for; a network other than the first one clears them.
class AblationCache {
 public:
  explicit AblationCache(const at::Tensor& sources) : sources_(sources) {}

  at::Tensor resid(const Transformer& model, int64_t point);
  at::Tensor projection(const Transformer& model, int64_t layer, Projection which);
  // [heads, A * P, d_model]; for passes without prefix and padding.
  at::Tensor head_outputs(const Transformer& model, int64_t layer);
  at::Tensor mlp_output(const Transformer& model, int64_t layer);

 private:
  void of(const Transformer& model);

  const at::Tensor& sources_;
  const Transformer* model_ = nullptr;
  std::vector<at::Tensor> resid_;
  std::map<std::pair<int64_t, Projection>, at::Tensor> projections_;
  std::map<int64_t, at::Tensor> heads_, mlps_;
};

// The norm in front of a reader, and the product behind it.
Norm reader_norm(const Transformer& model, int64_t layer, Projection which);
struct Linear {
  at::Tensor weight, bias;  // [d_model, columns], [columns] or undefined
};
Linear reader_linear(const Transformer& model, int64_t layer, Projection which);
at::Tensor apply(const Linear& linear, const at::Tensor& x);

}  // namespace autocircuit
