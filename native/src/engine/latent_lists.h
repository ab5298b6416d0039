#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace autocircuit {

// The latents of an autoencoder that count at each token: those that are not zero in the run or in what it is ablated with. Most are zero
// in both, and cost nothing from here on. Tokens with fewer than the most have entries of zeros behind theirs.
struct LatentLists {
  at::Tensor row;        // int64 [N, K] row of the decoder
  at::Tensor column;     // int64 [N, K] number of the latent
  at::Tensor current;    // [N, K] activations
  at::Tensor delta;      // [N, K] ablated - current, undefined where nothing is ablated
  at::Tensor direction;  // [N, K] what gradients are contracted with in its place, or undefined

  int64_t n() const { return row.size(0); }
  int64_t entries() const { return row.size(1); }
};

// From weights of the decoder's rows [N, W]; `delta` and `direction` may be undefined. `latents`: how many there are at one position.
LatentLists latent_lists(const at::Tensor& current, const at::Tensor& delta, const at::Tensor& direction, int64_t latents);

// sum of weights[n, r, k] * rows[index[n, k]]: [n, r, k] -> [r, n, D]. Some tokens at a time, so that what is gathered stays small.
at::Tensor sum_rows(const at::Tensor& weights, const at::Tensor& rows, const at::Tensor& index);

// <grads[r, n], rows[index[n, k]]>: [r, n, D] -> [n, r, k].
at::Tensor row_products(const at::Tensor& grads, const at::Tensor& rows, const at::Tensor& index);

}  // namespace autocircuit
