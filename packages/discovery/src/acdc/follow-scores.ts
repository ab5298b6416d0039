import type { AcdcDecision } from "./acdc-decision.ts";

/** A decision that rounding takes: the rise is as near to the threshold as two right implementations may differ. */
export interface TiedDecision extends AcdcDecision {
  /** What was followed: whether the edge stayed removed. */
  readonly removed: boolean;
}

/** A rule for {@link acdc} that follows given scores at ties, and the ties it met. */
export interface FollowedScores {
  readonly decide: (decision: AcdcDecision) => boolean;
  /** Grows while ACDC runs. */
  readonly ties: readonly TiedDecision[];
}

/**
 * Compares ACDC with another implementation's run by its decisions. A rise of 1.00001e-4 against a threshold of 1e-4 is decided by the
 * rounding of a processor's sums, and every later decision stands on it; so where a rise differs from the threshold by less than
 * `tolerance`, the decision that the given scores imply is taken. All others are taken as usual: with ties followed, the same scores must
 * come out.
 *
 * @param scores the other run's: the smallest threshold that removed an edge, infinity if none did
 * @param tolerance how far a rise may lie from a threshold to be a tie, by threshold
 *
 * @example
 * const { decide, ties } = followScores(published, (tau) => 1e-3 * tau);
 * const scores = await acdc(model, prompts, { decide });   // equal to `published`, but for wrong decisions
 */
export function followScores(scores: ArrayLike<number>, tolerance: (tau: number) => number): FollowedScores {
  const ties: TiedDecision[] = [];
  const decide = ({ edge, increase, tau }: AcdcDecision): boolean => {
    const removed = increase < tau;
    if (Math.abs(increase - tau) >= tolerance(tau)) return removed;
    // Scores are float32. Of thresholds above an edge's score they do not tell whether those removed it too.
    const [score, threshold] = [scores[edge]!, Math.fround(tau)];
    const followed = threshold > score ? removed : threshold === score;
    ties.push({ edge, increase, tau, removed: followed });
    return followed;
  };
  return { decide, ties };
}
