import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask, type LongOptions, type Rank, rankOfScores, ranks } from "@autocircuit/core";
import {
  type BootstrappedCircuits,
  bootstrapCircuits,
  fewestPrompts,
  numberPrompts,
  type StablePoint,
} from "@autocircuit/metrics";
import type { FoundCircuit } from "../find-circuit/find-circuit.ts";
import { selectTop } from "../selection/select-top.ts";
import type { StabilityPlan } from "./stability-plan.ts";

/** Options of {@link foundStability}. */
export interface FoundStabilityOptions extends LongOptions {
  /** Default: that of the discovery. */
  readonly seed?: number | undefined;
  /** What makes an edge important: the size of its score, or the score itself. Default: what chose the circuit. */
  readonly rank?: Rank | undefined;
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
  /** The circuit's edges, those that `prune` left out too. */
  readonly edges: readonly SureEdge[];
}

const check = signature(
  "foundStability",
  {
    task: coreKinds.loadedTask,
    found: kind.shape("a found circuit", {
      selected: coreKinds.circuit,
      scores: coreKinds.pruneScores,
      seed: kind.whole,
    }),
    plan: kind.shape("what stabilityPlan gives, with `rows` and `resamples`", {
      rows: kind.listOf(kind.instance(Float32Array, "a Float32Array")),
      resamples: kind.orNull(kind.count),
    }),
  },
  { ...coreKinds.longOptions, seed: kind.whole, rank: kind.oneOf(ranks) } satisfies KindsOf<FoundStabilityOptions>,
);

/**
 * What resamples of its prompts say of a circuit and its edges, those that `prune` left out included: of what was chosen. A prompt that is there
 * more than once counts once, see `numberPrompts`.
 *
 * @param task as the circuit was found for it
 * @param found as `findCircuit` gives it for {@link StabilityPlan.find}
 * @param plan as `stabilityPlan` gives it: the scores of each prompt, and how often they are drawn again
 * @returns null where there are no scores of single prompts, as after going on from an earlier run, or no edges
 * @throws AutocircuitError `bad-input` for scores of other prompts than the task's, and as `bootstrapCircuits` does; `aborted`
 */
export async function foundStability(
  task: LoadedTask,
  found: Pick<FoundCircuit, "selected" | "scores" | "seed">,
  plan: Pick<StabilityPlan, "rows" | "resamples">,
  options: FoundStabilityOptions = {},
): Promise<FoundStability | null> {
  check({ task, found, plan }, options);
  const { selected, scores, seed } = found;
  const { rows } = plan;
  const { rank = rankOfScores(scores) } = options;
  if (plan.resamples === null || rows.length === 0 || selected.size === 0) return null;
  requireRowsOf(task, rows);
  const { size, indices, graph } = selected;
  const edges = [...indices];
  const sizes = sizesAround(size, graph.edgeCount);
  const drawn = await bootstrapCircuits(rows, {
    ...{ seed, ...options, rank, resamples: plan.resamples },
    ...{ scores: scores.values, edges, size, sizes, promptNumbers: numberPrompts(task.train.prompts) },
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

/** Holds that each prompt to discover with has its scores. */
function requireRowsOf({ train }: LoadedTask, rows: readonly Float32Array[]): void {
  if (rows.length === train.promptCount) return;
  throw new AutocircuitError(
    "bad-input",
    `foundStability: \`rows\` has the scores of ${rows.length} prompts, and the task ${train.promptCount} to discover with: give those of a discovery for this task that ran to its end.`,
  );
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
