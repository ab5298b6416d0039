import { scope, type Tensor } from "@autocircuit/native";

/**
 * What holds the sparsity s, one less the mean of some masks, at a target t: `l1 (s - t) + l2 (s - t)^2`. Masks go down its gradient, the
 * multipliers up, until s is t (Bhaskar et al. 2024, arXiv:2406.16778, section 3; Wang, Wohlwend and Lei 2020, arXiv:1910.04732).
 *
 * @param masks `[N]`, 1 for what is kept
 * @param multipliers `[2]`
 * @returns a scalar
 */
export function sparsityTerm(masks: Tensor, multipliers: Tensor, target: number): Tensor {
  return scope(() => {
    const off = masks
      .mean()
      .neg()
      .add(1 - target);
    return off.mul(multipliers.select(0, 0)).add(off.mul(off).mul(multipliers.select(0, 1)));
  });
}

/** What a number that goes up in a straight line over a share of the steps is at a step: from `start` to `end`, where it stays. */
export function risingTarget(step: number, steps: number, { start, end, share }: Rise): number {
  const rising = Math.floor(share * steps);
  return step < rising ? start + ((end - start) * step) / rising : end;
}

/** See {@link risingTarget}. */
export interface Rise {
  readonly start: number;
  readonly end: number;
  readonly share: number;
}

/** What the learning rate is multiplied by: it rises to 1 over a share of the steps, and falls to 0 until the last one. */
export function risingAndFalling(step: number, steps: number, share: number): number {
  const rising = Math.floor(share * steps);
  return step < rising ? (step + 1) / (rising + 1) : (steps - step) / (steps - rising);
}
