import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";

/** An area under a curve on one task, and that of random scores on the same task. */
export interface TaskArea {
  readonly area: number;
  readonly random: number;
}

/** Options of {@link normalizedArea}. */
export interface NormalizedAreaOptions {
  /** Whether smaller values of the metric are better; the result then still grows with how good the scores are. Default false. */
  readonly lowerIsBetter?: boolean | undefined;
}

const taskArea = kind.such("{ area, random }, both numbers", (value) => {
  const { area, random } = kind.record.accepts(value) ? (value as Record<string, unknown>) : {};
  return typeof area === "number" && typeof random === "number";
});
const check = signature("normalizedArea", { areas: kind.listOf(taskArea) }, {
  lowerIsBetter: kind.flag,
} satisfies KindsOf<NormalizedAreaOptions>);

/**
 * Areas under curves as shares of those of random scores, mean over tasks, as AutoCircuit's bars have them (`average_auc_plot`): 1 for
 * scores as good as random ones, and where lower is better 2 less that mean.
 *
 * @returns the part of every task; their sum is the mean
 * @throws AutocircuitError `bad-input` for no areas, or an area of random scores that is 0
 * @example
 * normalizedArea([{ area: 3, random: 2 }, { area: 1, random: 2 }]); // [0.75, 0.25]
 */
export function normalizedArea(areas: readonly TaskArea[], options: NormalizedAreaOptions = {}): number[] {
  check({ areas }, options);
  if (areas.length === 0) throw new AutocircuitError("bad-input", "`areas` is empty. Give at least one task's.");
  return areas.map(({ area, random }, task) => {
    if (random === 0) {
      throw new AutocircuitError("bad-input", `\`areas\`: random scores have no area on task ${task} to compare with.`);
    }
    const part = area / (random * areas.length);
    return options.lowerIsBetter ? 2 / areas.length - part : part;
  });
}
