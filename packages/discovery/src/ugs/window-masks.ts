import { scope, Tensor } from "@autocircuit/native";

/** Windows are no narrower than this, where the numbers' own digits end. */
const NARROWEST = 1e-6;
/** Masks this far from 0 and 1 are inside their window. */
const INSIDE = 1e-3;

/**
 * Masks that are 1 with about the probability `p = sigmoid(alpha)` and 0 otherwise, but for a window of width `p (1 - p)` around it, in which they
 * fall in a straight line (uniform gradient sampling, Li and Janson 2024, arXiv:2409.09951). There the gradient to `alpha` is `p (1 - p)`.
 *
 * @param alpha log-odds `[E]`
 * @param noise uniform numbers `[R, E]`
 * @param weights what gradients are multiplied by, `[E]`; see {@link windowWeights}
 * @returns `[R, E]`, 1 for what is kept
 */
export function windowMasks(alpha: Tensor, noise: Tensor, weights?: Tensor): Tensor {
  return scope(() => {
    const p = alpha.sigmoid();
    const constant = p.detach();
    const window = constant.mul(constant.neg().add(1)).clamp(NARROWEST);
    // The value of p with the window's share of its gradient, which dividing by the window makes whole again.
    const moved = p.sub(constant).mul(window).add(constant);
    const masks = noise.sub(moved).div(window).add(0.5).clamp(0, 1).neg().add(1);
    return weights ? masks.sub(masks.detach()).mul(weights).add(masks.detach()) : masks;
  });
}

/**
 * What makes up for the samples outside of their window, whose gradient is 0: for each edge the number of samples over that of those inside,
 * 0 where there is none, `[E]`.
 */
export function windowWeights(masks: Tensor): Tensor {
  return scope(() => {
    const inside = masks
      .gt(INSIDE)
      .logicalAnd(masks.lt(1 - INSIDE))
      .to(masks.dtype)
      .sum(0);
    return Tensor.where(inside.gt(0), inside.clamp(1).pow(-1).mul(masks.shape[0]!), 0);
  });
}
