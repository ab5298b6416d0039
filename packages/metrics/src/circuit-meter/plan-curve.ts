/** What a curve is to be measured with. */
export interface CurvePlan {
  sizes: readonly number[];
  /** Prompt pairs, those measured already included. */
  promptCount: number;
}

/** What {@link planCurve} chooses from. */
export interface CurveChoice {
  /** Sizes at growing levels of detail. */
  levels: readonly (readonly number[])[];
  /** All prompt pairs there are. */
  promptCount: number;
  /** Prompt pairs on which the first level was measured already, at least. */
  measured: number;
  /** Seconds that a circuit of so many edges takes, a prompt pair. */
  costOf: (size: number) => number;
  /** Seconds that a prompt pair takes whatever is measured on it. */
  overhead: number;
  /** Seconds left. */
  seconds: number;
}

/** Fewest prompts for each level of detail: more sizes on fewer prompts would draw the noise. */
const ENOUGH = [0, 32, 64];

/** The most detail that there is time for, on enough prompts, and then as many prompts as there is time for. */
export function planCurve({ levels, promptCount, measured, costOf, overhead, seconds }: CurveChoice): CurvePlan {
  for (let level = levels.length - 1; level >= 0; level--) {
    const sizes = levels[level]!;
    const cost = (some: readonly number[]) => some.reduce((sum, size) => sum + costOf(size), overhead);
    const [each, first] = [cost(sizes), cost(levels[0]!)];
    const fitting = Math.min(promptCount, Math.floor((seconds + measured * first) / each));
    if (fitting >= Math.min(promptCount, Math.max(measured, ENOUGH[level] ?? 0)))
      return { sizes, promptCount: fitting };
  }
  return { sizes: levels[0]!, promptCount: measured };
}

/** Seconds by size, as far as measured: between two sizes in proportion, beyond as the nearest. */
export class SizeCosts {
  readonly #known = new Map<number, number>();

  /** Notes what a circuit of so many edges took, a prompt pair. */
  observe(size: number, seconds: number): void {
    this.#known.set(size, seconds);
  }

  /** Seconds a prompt pair; 0 where nothing was measured. */
  of(size: number): number {
    const known = [...this.#known].sort((a, b) => a[0] - b[0]);
    const above = known.findIndex(([at]) => at >= size);
    if (above < 0) return known.at(-1)?.[1] ?? 0;
    const [high, highCost] = known[above]!;
    const below = known[above - 1];
    if (below === undefined || high === size) return highCost;
    const [low, lowCost] = below;
    return lowCost + ((highCost - lowCost) * (size - low)) / (high - low);
  }
}
