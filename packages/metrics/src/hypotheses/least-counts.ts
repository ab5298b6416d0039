/**
 * Fewer prompts than these are few: that they do not refuse a circuit says nothing. With 20 the sign test of equivalence refuses nine of ten circuits
 * that are worse on nine of ten prompts, and the permutation test of independence refuses four of five that leave scores sharing half of
 * their variance with the model's (bivariate normal, level 0.05; both counted in `least-counts.test.ts`).
 */
export const FEW_PROMPTS = 20;

/** The least number from 1 on of which the smallest p-value, less for larger ones, is below a level. */
export function leastCount(level: number, smallest: (count: number) => number): number {
  let enough = 1;
  while (smallest(enough) >= level) enough *= 2;
  let few = Math.floor(enough / 2);
  while (enough - few > 1) {
    const between = Math.floor((few + enough) / 2);
    if (smallest(between) < level) enough = between;
    else few = between;
  }
  return enough;
}

/** The smallest p-value of so many prompts in a sign test whose chances are 1/2 + epsilon: all go one way. */
export function leastOfSigns(promptCount: number, epsilon: number): number {
  return (0.5 + epsilon) ** promptCount + (0.5 - epsilon) ** promptCount;
}

/** The smallest p-value of so many prompts of different scores in a test by permutation. */
export function leastOfPermutations(promptCount: number): number {
  let least = 1;
  for (let i = 2; i <= promptCount; i++) least /= i;
  return least;
}

/**
 * The smallest chance by which prompts can show that one circuit is nearer to the model than another, which is nearer on every one: of two that are
 * equally near. What random circuits are compared by are distances over prompts, so that fewer tell nothing of them.
 */
export function leastOfComparison(promptCount: number): number {
  return 0.5 ** promptCount;
}

/** The smallest p-value of so many random circuits where each is beaten with a chance: all are. */
export function leastOfBeaten(random: number, share: number): number {
  return share ** random;
}

/** One in how many orders of the values: those that are equal can change places. */
export function leastOfOrders(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  let [least, equal] = [1, 0];
  for (let i = 0; i < sorted.length; i++) {
    equal = i > 0 && sorted[i] === sorted[i - 1] ? equal + 1 : 1;
    least *= equal / (i + 1);
  }
  return least;
}
