import { FEW_PROMPTS, fewestForIntervals, jaccardText, stableFrom } from "@autocircuit/metrics";
import type { ReportStability } from "@autocircuit/report";
import type { FoundStability } from "./found-stability.ts";

/** How stable a circuit is, without what is said of its edges. */
export type CircuitStability = Omit<FoundStability, "edges">;

/**
 * What a report says and draws of how stable a circuit is; `reportOf` takes it of `foundStability`.
 *
 * @param algorithm whose ranking the circuits are of
 * @param notes what so few prompts cannot show; default those of {@link stabilityNotes}
 * @example
 * const plan = stabilityPlan(task, { algorithm: "eap", size: 20 });
 * const found = await findCircuit(task, plan.find);
 * const stability = await foundStability(task, found, plan);
 * if (stability) console.log(stabilityReport(stability, found.algorithm).text);
 */
export function stabilityReport(
  stability: CircuitStability,
  algorithm: string,
  notes: readonly string[] = stabilityNotes(stability),
): ReportStability {
  const points = stability.points.filter(({ stable }) => stable !== null);
  const curve = {
    metric: "mean Jaccard index of resamples",
    unit: "",
    points: points.map((point) => ({ size: point.size, value: point.jaccard, series: algorithm })),
    baseline: { name: `stable from ${stableFrom}`, value: stableFrom },
    edgeScale: "log",
  } as const;
  return { text: stabilityText(stability, notes), curve: points.length === 0 ? undefined : curve };
}

function stabilityText(stability: CircuitStability, notes: readonly string[]): string {
  const { size, shared, stable, points } = stability;
  const steady = points.filter((point) => point.stable).map((point) => point.size);
  const otherwise = `The circuit found was selected otherwise and has ${shared} of these edges: how stable its selection is was not measured.`;
  return [
    verdictText(stability),
    ...(stable || steady.length === 0 ? [] : [`Sizes that are stable: ${steady.join(", ")}.`]),
    ...notes,
    ...(shared === size ? [] : [otherwise]),
  ].join(" ");
}

function verdictText({ promptCount, resamples, size, shared, jaccard, stable, reason }: CircuitStability): string {
  const byRank = shared === size;
  const edges = `${size} edge${size === 1 ? "" : "s"}`;
  const largest = `the ${edges} of largest score`;
  if (stable === null)
    return `How stable ${byRank ? "the circuit" : `the choice of ${largest}`} is cannot be said: ${reason}.`;
  const verdict = stable
    ? "stable: other prompts of the kind would give mostly the same edges"
    : "not stable: other prompts of the kind would give other edges";
  return (
    `With the ${promptCount} prompts drawn again ${resamples} times, circuits of ${byRank ? edges : largest} share ${jaccardText(jaccard)} of their ` +
    `edges on average (Jaccard index; stable from ${stableFrom}). ${byRank ? "The circuit" : "That choice"} is ${verdict}.`
  );
}

/** What so few prompts, or the same ones again, cannot show, in words. */
export function stabilityNotes({
  promptCount,
  distinct,
  narrow,
}: Pick<FoundStability, "promptCount" | "distinct" | "narrow">): string[] {
  return [
    ...(distinct < promptCount
      ? [`Of the ${promptCount} prompts ${distinct} are distinct: those that are the same are drawn as one.`]
      : []),
    ...(distinct < FEW_PROMPTS
      ? [
          `${distinct} prompts are few: drawn again they say little of other prompts of the kind. \`batchCount\` takes more to discover with.`,
        ]
      : []),
    ...(narrow
      ? [
          `Intervals of fewer than ${fewestForIntervals} prompts are too narrow: they hold the score of other prompts in less than 88 % of cases.`,
        ]
      : []),
  ];
}
