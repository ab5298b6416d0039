import { AutocircuitError } from "@autocircuit/base";
import { requireSameTask } from "./experiment-task.ts";
import type { MeasuredSeries, RecordedAlgorithm, ResultParts } from "./result-parts.ts";

/** What of results belongs together without the scores. */
type Described = Omit<ResultParts, "scored">;

/**
 * Results with those that are there already, which come first and stay as they are.
 *
 * @throws AutocircuitError `bad-input` for what contradicts what is there: another task or other options under one key, curves of other sizes or
 *   heights
 */
export function mergedParts(before: Described, now: Described): Described {
  for (const task of now.tasks) {
    const same = before.tasks.find(({ key }) => key === task.key);
    if (same !== undefined) requireSameTask(same, task);
  }
  for (const algorithm of now.algorithms) {
    const same = before.algorithms.find(({ key }) => key === algorithm.key);
    if (same !== undefined) requireSameOptions(same, algorithm);
  }
  for (const series of now.series) {
    const known = before.series.filter((one) => sameCircuits(one, series));
    requireSameSizes(known, series);
    const same = known.find(({ metric }) => metric === series.metric);
    if (same !== undefined) requireSamePoints(same, series);
  }
  return {
    tasks: joined(before.tasks, now.tasks, ({ key }) => key),
    algorithms: joined(before.algorithms, now.algorithms, ({ key }) => key),
    series: joined(before.series, now.series, ({ task, algorithm, ablation, patch, metric }) =>
      JSON.stringify([task, algorithm, ablation, patch, metric]),
    ),
  };
}

/** Those before, and of the others those of other keys. */
export function joined<T>(before: readonly T[], now: readonly T[], keyOf: (entry: T) => string): T[] {
  const keys = new Set(before.map(keyOf));
  return [...before, ...now.filter((entry) => !keys.has(keyOf(entry)))];
}

/** @throws AutocircuitError `bad-input` for an algorithm that has other options than it had */
export function requireSameOptions(before: RecordedAlgorithm, now: RecordedAlgorithm): void {
  if (JSON.stringify(before.options) === JSON.stringify(now.options)) return;
  throw new AutocircuitError(
    "bad-input",
    `These results have ${JSON.stringify(now.key)} with the options ${JSON.stringify(before.options)}, now it is asked for with ` +
      `${JSON.stringify(now.options)}. Give it another \`key\`, or start anew in another folder.`,
  );
}

type CircuitsOf = Pick<MeasuredSeries, "task" | "algorithm" | "ablation" | "patch">;

/** Whether series are of the same circuits, run alike. */
export function sameCircuits(one: CircuitsOf, other: CircuitsOf): boolean {
  return (["task", "algorithm", "ablation", "patch"] as const).every((name) => one[name] === other[name]);
}

/**
 * @param known series of the same circuits
 * @throws AutocircuitError `bad-input` where they were measured at other sizes
 */
export function requireSameSizes(
  known: readonly MeasuredSeries[],
  { task, algorithm, asked }: Pick<MeasuredSeries, "task" | "algorithm" | "asked">,
): void {
  const other = known.find((one) => JSON.stringify(one.asked) !== JSON.stringify(asked));
  if (other === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `${algorithm} on ${task} was measured at the sizes ${other.asked ?? "that go by default"}, now it is to be at ` +
      `${asked ?? "those"}. Ask for the same, or start anew in another folder.`,
  );
}

/** What rounding may change, as a share of a curve's largest value; machines and devices round differently. */
const ROUNDING = 1e-2;

function requireSamePoints(before: MeasuredSeries, { task, algorithm, metric, points }: MeasuredSeries): void {
  const heights = before.points.map(({ value }) => Math.abs(value)).filter(Number.isFinite);
  const most = ROUNDING * Math.max(1e-4, ...heights);
  const alike = ({ size, value }: MeasuredSeries["points"][number], place: number) => {
    const other = points[place]!;
    return size === other.size && (Object.is(value, other.value) || Math.abs(value - other.value) <= most);
  };
  if (before.points.length === points.length && before.points.every(alike)) return;
  throw new AutocircuitError(
    "bad-input",
    `The ${metric} of ${algorithm} on ${task} differs from what these results have. Take what is there, or write to another folder.`,
  );
}
