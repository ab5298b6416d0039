#include "engine/projections.h"

#include "engine/weights.h"
#include "kernels/cpu/products.h"

namespace autocircuit {

Norm norm_before(const Transformer& model, int64_t block, Projection which) {
  const TransformerConfig& c = model.config();
  const BlockWeights& block_weights = model.weights().blocks[block];
  const NormWeights& weights = is_of_mlp(which) ? block_weights.ln2 : block_weights.ln1;
  return {c.pre_norm ? c.norm : NormKind::none, c.eps, weights.scale, weights.shift};
}

Linear linear_of(const Transformer& model, int64_t block, Projection which) {
  const BlockWeights& b = model.weights().blocks[block];
  switch (which) {
    case Projection::query: return {b.w_q, b.b_q};
    case Projection::key: return {b.w_k, b.b_k};
    case Projection::value: return {b.w_v, b.b_v};
    case Projection::mlp_in: return {b.w_in, b.b_in};
    case Projection::mlp_gate: return {b.w_gate, b.b_gate};
    case Projection::mlp_normalised:
    case Projection::mlp_residual: break;
  }
  return {};
}

at::Tensor apply(const Linear& linear, const at::Tensor& x) { return product(x, linear.weight, linear.bias); }

}  // namespace autocircuit
