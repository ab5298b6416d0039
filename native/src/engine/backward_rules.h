#pragma once

namespace autocircuit {

// What a backward pass holds constant, so that relevance is passed on instead of gradients (RelP, Rezaei Jafari et al. 2025,
// arXiv:2508.21258). The forward pass is the same.
struct BackwardRules {
  bool norms = false;        // a norm's denominator, in every norm of the residual stream; its mean is not
  bool activations = false;  // act(x) / x
  bool gates = false;        // half of a gated MLP's product: its gradient is halved
  bool attention = false;    // the attention pattern: queries and keys get nothing
};

}  // namespace autocircuit
