import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PruneScores } from "@autocircuit/core";
import { scoreOverlap } from "./compare-scores.ts";

/** Scores by task, and of each task by algorithm. */
export type ScoresByTask = Readonly<Record<string, Readonly<Record<string, PruneScores>>>>;

/** Options of {@link similarityMatrices}. */
export interface SimilarityOptions {
  /** Circuit sizes. Default none, so that only the known circuits' are left. */
  readonly sizes?: readonly number[] | undefined;
  /** Size of each task's known circuit, which comes first. */
  readonly knownEdgeCounts?: Readonly<Record<string, number | null>> | undefined;
}

/** How alike the circuits of several algorithms are on one task at one size. */
export interface SimilarityMatrix {
  readonly task: string;
  readonly size: number;
  /** Whether it is the known circuit's size. */
  readonly isKnownSize: boolean;
  /** Rows and columns. */
  readonly algorithms: readonly string[];
  /** AutoCircuit's similarity: edges in both over the size. NaN where ties make a circuit larger, and for size 0. */
  readonly overlap: readonly (readonly number[])[];
  /** Edges in both circuits over edges in either. */
  readonly jaccard: readonly (readonly number[])[];
}

const scoresByTask = kind.such("{ task: { algorithm: PruneScores } }", (value) => {
  const ofTask = (scores: unknown) =>
    kind.record.accepts(scores) && Object.values(scores as object).every((one) => coreKinds.pruneScores.accepts(one));
  return kind.record.accepts(value) && Object.values(value as object).every(ofTask);
});
const counts = kind.such("{ task: a number of edges, or null }", (value) => {
  const count = kind.orNull(kind.whole);
  return kind.record.accepts(value) && Object.values(value as object).every((one) => count.accepts(one));
});
const check = signature("similarityMatrices", { scores: scoresByTask }, {
  sizes: kind.listOf(kind.whole),
  knownEdgeCounts: counts,
} satisfies KindsOf<SimilarityOptions>);

/**
 * Compares the circuits that algorithms give on each task, at each size: AutoCircuit's `task_prune_scores_similarities`, whose upper
 * triangles these matrices have. A size of some tasks' graphs is left out for those whose graph is smaller.
 *
 * @returns a matrix for each task and size, in their order, the known circuit's size first
 * @throws AutocircuitError `bad-input` without a size, for a size that none of the graphs has, for scores of different graphs under one task, and a NaN among scores
 * @example
 * const scores = { ioi: { acdc: await acdc(model, prompts), eap: await edgeAttribution(model, prompts) } };
 * similarityMatrices(scores, { sizes: [10, 100], knownEdgeCounts: { ioi: 40 } });
 */
export function similarityMatrices(scores: ScoresByTask, options: SimilarityOptions = {}): SimilarityMatrix[] {
  check({ scores }, options);
  requireSizes(scores, options);
  return Object.entries(scores).flatMap(([task, byAlgorithm]) => {
    const all = Object.values(byAlgorithm);
    const knownEdgeCount = options.knownEdgeCounts?.[task] ?? null;
    const asked = new Set([...(knownEdgeCount === null ? [] : [knownEdgeCount]), ...(options.sizes ?? [])]);
    if (asked.size === 0) throw noSize(task);
    const most = all[0]?.graph.edgeCount ?? 0;
    const sizes = [...asked].filter((size) => size <= most);
    // Overlap is symmetric: half of the pairs are enough.
    const pairs = all.map((a, i) => all.slice(i).map((b) => scoreOverlap(a, b, sizes)));
    const at = (row: number, column: number, place: number) =>
      pairs[Math.min(row, column)]![Math.abs(row - column)]![place]!;
    return sizes.map((size, place): SimilarityMatrix => {
      const matrix = (measure: "overlap" | "jaccard") =>
        all.map((_, row) => all.map((_, column) => at(row, column, place)[measure]));
      return {
        ...{ task, size, isKnownSize: size === knownEdgeCount, algorithms: Object.keys(byAlgorithm) },
        ...{ overlap: matrix("overlap"), jaccard: matrix("jaccard") },
      };
    });
  });
}

/** @throws AutocircuitError `bad-input` for a size larger than every graph, or a known circuit larger than its task's */
function requireSizes(scores: ScoresByTask, { sizes = [], knownEdgeCounts = {} }: SimilarityOptions): void {
  const graphs = Object.entries(scores).flatMap(([task, byAlgorithm]) => {
    const [first] = Object.values(byAlgorithm);
    return first === undefined ? [] : [{ task, most: first.graph.edgeCount }];
  });
  const tooMany = (size: number, most: number, where: string) =>
    new AutocircuitError(
      "bad-input",
      `A circuit of ${size} edges is more than the graph${where} has: give at most ${most}.`,
    );
  const most = Math.max(...graphs.map((graph) => graph.most));
  const over = sizes.find((size) => size > most);
  if (over !== undefined && graphs.length > 0) throw tooMany(over, most, graphs.length > 1 ? " of any task" : "");
  for (const { task, most } of graphs) {
    const count = knownEdgeCounts[task] ?? 0;
    if (count > most) throw tooMany(count, most, ` of the task ${JSON.stringify(task)}`);
  }
}

function noSize(task: string): AutocircuitError {
  return new AutocircuitError(
    "bad-input",
    `There is no size at which to compare circuits of the task ${JSON.stringify(task)}: give \`sizes\`, or the known circuit's in \`knownEdgeCounts\`.`,
  );
}
