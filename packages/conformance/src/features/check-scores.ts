import { defaultCircuitSizes, PruneScores } from "@autocircuit/core";
import { areaUnderCurve, type MetricValue, normalizedArea, rocAtSizes, scoreOverlap } from "@autocircuit/metrics";
import type { EdgeName } from "../patching/expected-case.ts";
import { expectedScores } from "../patching/score-checks.ts";
import type { FeatureVariant } from "./feature-case.ts";
import { uniformByModule } from "./reference-noise.ts";

type Point = readonly [size: number, value: number];

/** What `scores.json` says of a graph. */
interface ExpectedScoreSets {
  true_edges: (string | EdgeName)[];
  /** By size and two sets. */
  similarity: Record<string, Record<string, Record<string, number | null>>>;
  /** By set and list of sizes, false and true positive rates. */
  roc: Record<string, Record<string, Point[]>>;
  /** By metric and set. */
  points: Record<string, Record<string, Point[]>>;
  /** By metric, axes and set. */
  auc: Record<string, Record<string, number>>;
}

type Variant = FeatureVariant<ExpectedScoreSets>;

/** Smallest value on logarithmic axes. */
const Y_MIN = 0.01;

/** Similarities, receiver operating characteristics and areas under curves of given score sets. */
export async function checkScoreSets(variant: Variant): Promise<void> {
  const { name, graph, tensors, recorder } = variant;
  const prefix = `${name}/`;
  const names = new Set(tensors.names(prefix).map((tensor) => tensor.slice(prefix.length, tensor.lastIndexOf("/"))));
  const sets = new Map(
    [...names].map((set) => [set, new PruneScores(graph, expectedScores(graph, tensors, `${name}/${set}`))]),
  );
  const uniform = sets.get("uniform");
  if (uniform) recorder.tensor("uniform", vector(uniformByModule(graph)), vector(uniform.values));
  checkSimilarity(variant, sets);
  checkRoc(variant, sets);
  checkAreas(variant);
}

function checkSimilarity({ expected, recorder }: Variant, sets: ReadonlyMap<string, PruneScores>): void {
  for (const [size, rows] of Object.entries(expected.similarity))
    for (const [a, row] of Object.entries(rows))
      for (const [b, value] of Object.entries(row)) {
        const [found] = scoreOverlap(sets.get(a)!, sets.get(b)!, [Number(size)]);
        const name = `similarity/${size}/${a}/${b}`;
        if (value === null) recorder.equal(name, Number.isNaN(found!.overlap) ? null : found!.overlap, null);
        else recorder.scalar(name, found!.overlap, value);
      }
}

function checkRoc({ graph, expected, recorder }: Variant, sets: ReadonlyMap<string, PruneScores>): void {
  for (const [set, lists] of Object.entries(expected.roc)) {
    const scores = sets.get(set)!;
    const all = Array.from({ length: graph.edgeCount + 1 }, (_, size) => size);
    for (const [list, points] of Object.entries(lists)) {
      const sizes = list === "all" ? all : defaultCircuitSizes(graph, scores);
      const ours = rocAtSizes(scores, expected.true_edges, { sizes, infiniteAtZero: true });
      const rates = ours.flatMap(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]);
      recorder.equal(`roc/${set}/${list}/points`, ours.length, points.length);
      recorder.tensor(`roc/${set}/${list}`, vector(rates), vector(points.flat()));
    }
  }
}

function checkAreas({ expected, recorder }: Variant): void {
  for (const [key, sets] of Object.entries(expected.auc)) {
    const [metric, logX, logY, average, inverse] = key.split("/");
    const options = { logX: logX === "log_x=True", logY: logY === "log_y=True", yMin: Y_MIN };
    const area = (set: string, change: (point: MetricValue) => MetricValue = (point) => point) => {
      const points = expected.points[metric!]![set]!.map(([size, value]) => change({ size, value }));
      return areaUnderCurve(points, options);
    };
    // The second task of the averages.
    const second = (set: string) => area(set, ({ size, value }) => ({ size, value: 2 * value + size / 10 }));
    for (const [set, value] of Object.entries(sets)) {
      const parts = [area, second].map((of) => ({ area: of(set), random: of("uniform") }));
      const ours = average
        ? normalizedArea(parts, { lowerIsBetter: inverse === "inverse=True" }).reduce((sum, part) => sum + part, 0)
        : area(set);
      recorder.scalar(`auc/${key}/${set}`, ours, value);
    }
  }
}

function vector(data: ArrayLike<number>) {
  return { shape: [data.length], data };
}
