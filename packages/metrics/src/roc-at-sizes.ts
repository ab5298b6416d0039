import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type Circuit, coreKinds, defaultCircuitSizes, type EdgeRef, type PruneScores } from "@autocircuit/core";
import { compareEdgeSets } from "./compare-edge-sets.ts";

/** Options of {@link rocAtSizes}. */
export interface RocAtSizesOptions {
  /** Circuit sizes; by default those of `defaultCircuitSizes`. */
  readonly sizes?: readonly number[] | undefined;
  /**
   * Whether a circuit of size 0 holds the edges whose score is infinite, as ACDC gives it to edges that no threshold removes. AutoCircuit's
   * does; by default it is empty.
   */
  readonly infiniteAtZero?: boolean | undefined;
}

/** How a circuit of scores compares with the published one. */
export interface RocSizePoint {
  /** Edges in the circuit. */
  readonly size: number;
  /** Share of the known edges that are in it, 0 to 1. */
  readonly truePositiveRate: number;
  /** Share of the other edges that are in it, 0 to 1. */
  readonly falsePositiveRate: number;
}

const check = signature("rocAtSizes", { scores: coreKinds.pruneScores, circuit: coreKinds.edges }, {
  sizes: kind.listOf(kind.whole),
  infiniteAtZero: kind.flag,
} satisfies KindsOf<RocAtSizesOptions>);

/**
 * Receiver operating characteristic at chosen circuit sizes, as AutoCircuit draws it: the empty circuit, one point a size, and the whole
 * graph. Neighbouring points may be equal. `rocCurve` has a point for every distinct score.
 *
 * @throws AutocircuitError `bad-input` for a circuit without edges, a size that the graph does not have or a NaN among the scores; `unknown-name` for an edge that it
 *   does not have
 */
export function rocAtSizes(
  scores: PruneScores,
  circuit: Iterable<EdgeRef>,
  options: RocAtSizesOptions = {},
): RocSizePoint[] {
  check({ scores, circuit }, options);
  const { graph } = scores;
  const { sizes = defaultCircuitSizes(graph, scores), infiniteAtZero = false } = options;
  const known = graph.indices(circuit);
  if (known.length === 0)
    throw new AutocircuitError("bad-input", "The circuit has no edges: there is no share of them to be found.");
  const found = (size: number): Circuit =>
    size === 0 && infiniteAtZero ? scores.circuitAt(Number.POSITIVE_INFINITY) : scores.circuit(size);
  return [
    { size: 0, truePositiveRate: 0, falsePositiveRate: 0 },
    ...sizes.map((size) => {
      const { indices } = found(size);
      const { recall, falsePositiveRate } = compareEdgeSets(indices, known, graph.edgeCount);
      return { size: indices.length, truePositiveRate: recall, falsePositiveRate };
    }),
    { size: graph.edgeCount, truePositiveRate: 1, falsePositiveRate: 1 },
  ];
}
