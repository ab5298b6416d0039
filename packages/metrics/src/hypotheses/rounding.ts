/** Scores that differ by less than this share of their size are the same: rounding. */
const SAME = 1e-5;

/** The largest difference between scores that is rounding. */
export function roundingOf(scores: Float64Array): number {
  return SAME * scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
}

/** Scores that are a reference's but for rounding as that reference's: a tie must not be decided by the last bits. */
export function withoutRounding(scores: Float64Array, reference: Float64Array, near: number): Float64Array {
  return scores.map((score, i) => (Math.abs(score - reference[i]!) <= near ? reference[i]! : score));
}

/** Whether all prompts score the same. */
export function constant(scores: Float64Array): boolean {
  return Math.max(...scores) - Math.min(...scores) <= roundingOf(scores);
}

/** Prompts that score the same but for rounding with the same number: orders of them are told apart by nothing else. */
export function leveled(scores: Float64Array): Float64Array {
  const near = roundingOf(scores);
  const order = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const levels = Float64Array.from(scores);
  order.forEach((prompt, i) => {
    const before = order[i - 1];
    if (before !== undefined && scores[prompt]! - levels[before]! <= near) levels[prompt] = levels[before]!;
  });
  return levels;
}
