#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "engine/norm.h"
#include "engine/transformer.h"

namespace autocircuit {

// What an input of destinations is projected to. `mlp_normalised`: no product, the MLP's input itself; `mlp_residual`: the same before its
// norm.
enum class Projection : uint8_t { query, key, value, mlp_in, mlp_gate, mlp_normalised, mlp_residual };
inline bool is_of_mlp(Projection which) { return which >= Projection::mlp_in; }

// The norm before a projection, and its product.
Norm norm_before(const Transformer& model, int64_t block, Projection which);
struct Linear {
  at::Tensor weight, bias;  // [d_model, columns], [columns] or undefined
};
Linear linear_of(const Transformer& model, int64_t block, Projection which);
at::Tensor apply(const Linear& linear, const at::Tensor& x);

}  // namespace autocircuit
