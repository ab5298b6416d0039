import { type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LongOptions, type Rank, rankOfScores, ranks } from "@autocircuit/core";
import { type BootstrappedCircuits, bootstrapCircuits, fewestPrompts, type StablePoint } from "@autocircuit/metrics";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import { selectTop } from "../selection/select-top.ts";

/** Options of {@link foundStability}. */
export interface FoundStabilityOptions extends LongOptions {
  /** How often prompts are drawn again; see `stabilityPlan`. Default 200. */
  readonly resamples?: number | undefined;
  readonly seed?: number | undefined;
  /** What makes an edge important, as the circuit was found: the size of its score (default), or the score itself. */
  readonly rank?: Rank | undefined;
  /** The number of each prompt, where some are there more than once: see `numberPrompts`. */
  readonly promptNumbers?: readonly number[] | undefined;
}

/** How sure the score of an edge is. */
export interface SureEdge {
  /** Its place in the flat edge vector. */
  readonly edge: number;
  /** Limits of the score with other prompts of the kind, 95 %. */
  readonly interval: readonly [number, number];
  /** Share of the resamples in which it is among as many edges as the circuit has. */
  readonly frequency: number;
}

/** How stable a circuit is when its prompts are drawn again. */
export interface FoundStability {
  readonly promptCount: number;
  /** How many of them differ. */
  readonly distinct: number;
  /** Whether these are so few that the intervals are too narrow. */
  readonly narrow: boolean;
  readonly resamples: number;
  /** Of the circuits of the so many edges that rank highest; the one found has as many. */
  readonly size: number;
  /** How many of the found circuit's edges are among those by the scores of all prompts: all, unless edges were selected otherwise. */
  readonly shared: number;
  readonly jaccard: number;
  /** Null where nothing can be said. */
  readonly stable: boolean | null;
  /** Why nothing can be said; null where something is. */
  readonly reason: string | null;
  readonly points: readonly StablePoint[];
  /** The circuit's edges. */
  readonly edges: readonly SureEdge[];
}

const check = signature(
  "foundStability",
  {
    found: kind.shape("a found circuit", { circuit: coreKinds.circuit, scores: coreKinds.pruneScores }),
    rows: kind.listOf(kind.instance(Float32Array, "a Float32Array")),
  },
  {
    ...coreKinds.longOptions,
    resamples: kind.count,
    seed: kind.whole,
    rank: kind.oneOf(ranks),
    promptNumbers: kind.listOf(kind.whole),
  } satisfies KindsOf<FoundStabilityOptions>,
);

/**
 * What resamples of its prompts say of a circuit and its edges.
 *
 * @param found as `findCircuit` gives it
 * @param rows the scores of each prompt, which the algorithm gave to `onPrompt`
 * @returns null where there are no scores of single prompts, as after going on from an earlier run, or no edges
 * @throws AutocircuitError as `bootstrapCircuits` does; `aborted`
 */
export async function foundStability(
  found: Pick<FoundCircuit, "circuit" | "scores">,
  rows: readonly Float32Array[],
  options: FoundStabilityOptions = {},
): Promise<FoundStability | null> {
  check({ found, rows }, options);
  const { circuit, scores } = found;
  const { rank = rankOfScores(scores) } = options;
  if (rows.length === 0 || circuit.size === 0) return null;
  const { size, indices, graph } = circuit;
  const edges = [...indices];
  const sizes = sizesAround(size, graph.edgeCount);
  const drawn = await bootstrapCircuits(rows, {
    resamples: 200,
    ...options,
    rank,
    scores: scores.values,
    edges,
    size,
    sizes,
  });
  const { low, high, frequency, points, promptCount, distinct, narrow, resamples, scored, alike } = drawn;
  const { jaccard, stable } = points.find((point) => point.size === size)!;
  const top = new Set(selectTop(scores, size, { rank, prune: false }).indices);
  return {
    ...{ promptCount, distinct, narrow, resamples, size, jaccard, stable, points },
    shared: edges.filter((edge) => top.has(edge)).length,
    reason: stable === null ? unjudged(size, { edgeCount: graph.edgeCount, scored, alike, distinct, rank }) : null,
    edges: edges.map((edge, i) => ({
      edge,
      interval: [low[i]!, high[i]!],
      frequency: frequency[i]!,
    })),
  };
}

/** Why nothing can be said of circuits of a size that are alike by construction, or of too few prompts; `scored` edges rank before those of score 0. */
function unjudged(
  size: number,
  about: Pick<BootstrappedCircuits, "scored" | "alike" | "distinct"> & { edgeCount: number; rank: Rank },
): string {
  const { edgeCount, scored, alike, distinct, rank } = about;
  if (size === edgeCount) return "it is the whole graph, and there is no other circuit of its size";
  const score = rank === "absolute" ? "a score other than 0" : "a score above 0";
  if (scored === 0) return `no edge has ${score}`;
  if (alike) return "all prompts have the same scores, so that none of them drawn again differ";
  if (distinct < fewestPrompts)
    return `${distinct} distinct prompts are too few: it takes at least ${fewestPrompts} for a hundred different resamples`;
  const some = scored === 1 ? "only 1 edge has" : `only ${scored} edges have`;
  return `${some} ${score}, and edges of score 0 fill the other ${size - scored} of ${size} places`;
}

/** The size itself, and halves and doubles of it. */
function sizesAround(size: number, edgeCount: number): number[] {
  const sizes = [-4, -3, -2, -1, 0, 1, 2, 3].map((power) => Math.round(size * 2 ** power));
  return [...new Set(sizes)].filter((one) => one >= 1 && (one < edgeCount || one === size));
}
