import { jaccardText, stableFrom } from "@autocircuit/metrics";
import type { ReportStability } from "@autocircuit/report";
import type { BootstrapJson } from "./bootstrap.ts";

/** What the report says and draws of how stable a circuit is. */
export function stabilityReport(json: BootstrapJson, algorithm: string): ReportStability {
  const points = json.points.filter(({ stable }) => stable !== null);
  const curve = {
    metric: "mean Jaccard index of resamples",
    unit: "",
    points: points.map((point) => ({ edges: point.size, value: point.jaccard, series: algorithm })),
    baseline: { name: `stable from ${stableFrom}`, value: stableFrom },
    edgeScale: "log",
  } as const;
  return { text: stabilityText(json), curve: points.length === 0 ? undefined : curve };
}

function stabilityText(json: BootstrapJson): string {
  const { size, shared, stable, points, notes } = json;
  const steady = points.filter((point) => point.stable).map((point) => point.size);
  const otherwise = `The circuit found was selected otherwise and has ${shared} of these edges: how stable its selection is was not measured.`;
  return [
    verdictText(json),
    ...(stable || steady.length === 0 ? [] : [`Sizes that are stable: ${steady.join(", ")}.`]),
    ...notes,
    ...(shared === size ? [] : [otherwise]),
  ].join(" ");
}

function verdictText({ prompts, resamples, size, shared, jaccard, stable, reason }: BootstrapJson): string {
  const byRank = shared === size;
  const edges = `${size} edge${size === 1 ? "" : "s"}`;
  const largest = `the ${edges} of largest score`;
  if (stable === null)
    return `How stable ${byRank ? "the circuit" : `the choice of ${largest}`} is cannot be said: ${reason}.`;
  const verdict = stable
    ? "stable: other prompts of the kind would give mostly the same edges"
    : "not stable: other prompts of the kind would give other edges";
  return (
    `With the ${prompts} prompts drawn again ${resamples} times, circuits of ${byRank ? edges : largest} share ${jaccardText(jaccard)} of their ` +
    `edges on average (Jaccard index; stable from ${stableFrom}). ${byRank ? "The circuit" : "That choice"} is ${verdict}.`
  );
}
