import type { Circuit, LoadedTask, PruneScores } from "@autocircuit/core";
import { algorithms, selectTop } from "@autocircuit/discovery";
import { bootstrapCircuits, type StablePoint } from "@autocircuit/metrics";
import { Progress } from "../support/progress.ts";
import { formatBytes } from "../support/table.ts";
import { UsageError } from "../support/usage-error.ts";
import { FEW_PROMPTS } from "../test-circuit/caveats.ts";
import type { DiscoverSettings } from "./settings.ts";

/** Resamples where nothing else is asked for, and the fewest that say anything. */
const [USUAL, FEWEST] = [200, 100];
/** Memory for the scores of single prompts that may be spent unasked. */
const FREE_BYTES = 2 ** 28;
/** Steps of work, a nanosecond or two each, that the usual and the fewest resamples may take unasked. */
const [USUAL_WORK, MOST_WORK] = [5e8, 3e9];
/** What putting a score in order takes, in additions. */
const SORTING = 40;
/** Most memory that may be asked for. */
const MOST_BYTES = 2 ** 32;

/** How sure the score of an edge is. */
export interface SureEdge {
  /** Limits of the score with other prompts of the kind, 95 %. */
  interval: readonly [number, number];
  /** Share of the resamples in which it is among as many edges as the circuit has. */
  frequency: number;
}

/** How sure a circuit is, as `discover --json` writes it. */
export interface BootstrapJson {
  prompts: number;
  resamples: number;
  /** Of the circuits of the so many edges of largest absolute score; the one found has as many. */
  size: number;
  /** How many of the found circuit's edges are among those by the scores of all prompts: all, unless edges were selected otherwise. */
  shared: number;
  jaccard: number;
  /** Null where nothing can be said. */
  stable: boolean | null;
  /** Why nothing can be said; null where something is. */
  reason: string | null;
  points: readonly StablePoint[];
  /** What so few prompts cannot show. */
  notes: readonly string[];
}

/** The scores of single prompts, as an algorithm gives them, and how often they are to be drawn again. */
export interface PromptRows {
  readonly rows: Float32Array[];
  readonly resamples: number;
  readonly onPrompt: (scores: Float32Array) => void;
}

/**
 * Where the scores of single prompts go: by default of every algorithm that gives them, as long as they take little memory and time;
 * a line says so where they would not.
 *
 * @throws UsageError where a bootstrap was asked for that cannot be
 */
export function promptRows(
  { algorithm, given, size, keep, bootstrap: asked }: DiscoverSettings,
  { model, train }: LoadedTask,
): { rows?: PromptRows; note?: string } {
  if (asked === 0) return {};
  const prompts = train.promptCount;
  const { edgeCount } = model.graph;
  const bytes = 4 * prompts * edgeCount;
  const work = edgeCount * (prompts + SORTING);
  const without = size === 0 ? "a circuit without edges has nothing to be sure of" : withoutRows(algorithm, keep);
  if (without !== undefined && asked === undefined) return {};
  const fault = without ?? faultOf(given, prompts);
  if (fault !== undefined && asked === undefined)
    return { note: `How stable the circuit is was not measured: ${fault}.` };
  const most = asked === undefined ? FREE_BYTES : MOST_BYTES;
  const tooMuch =
    bytes > most
      ? `the scores of ${prompts} prompts take ${formatBytes(bytes)}, and at most ${formatBytes(most)} are kept`
      : undefined;
  if (asked !== undefined && (fault ?? tooMuch)) throw new UsageError(`--bootstrap ${asked}: ${fault ?? tooMuch}.`);
  const tooLong = asked === undefined && FEWEST * work > MOST_WORK ? "it would take long" : undefined;
  if (tooMuch ?? tooLong)
    return { note: `How stable the circuit is was not measured: ${tooMuch ?? tooLong} (--bootstrap ${FEWEST} does).` };
  const resamples = asked ?? Math.max(FEWEST, Math.min(USUAL, Math.floor(USUAL_WORK / work)));
  const rows: Float32Array[] = [];
  return { rows: { rows, resamples, onPrompt: (scores) => rows.push(scores) } };
}

/** Why there are no scores of single prompts, whatever the options and prompts. */
function withoutRows(algorithm: DiscoverSettings["algorithm"], keep: number | undefined): string | undefined {
  if (keep !== undefined)
    return "the search for few edges (--keep, the default where no circuit is known) has no scores of single prompts; give --size";
  if (algorithm !== undefined && "perPrompt" in algorithms[algorithm]) return undefined;
  return `${algorithm} gives no scores of single prompts; methods of attribution, such as eap-ig-inputs, do`;
}

/** Why a method that gives scores of single prompts does not this time, or they cannot be drawn from. */
function faultOf(given: DiscoverSettings["given"], prompts: number): string | undefined {
  if (given.align === "rank") return "ranks of single prompts do not add up to those of all";
  if (given.ablateFrom !== undefined) return "with --set ablateFrom there are no scores of single prompts";
  return prompts < 2 ? "there is one prompt to discover with, and every resample would be the same" : undefined;
}

/** What the resamples say of a circuit and its edges; null where there are no scores of single prompts. */
export async function bootstrapped(
  { rows, resamples }: PromptRows,
  { circuit, scores }: { circuit: Circuit; scores: PruneScores },
  { seed, signal }: { seed: number; signal: AbortSignal },
): Promise<{ json: BootstrapJson; edges: ReadonlyMap<string, SureEdge> } | null> {
  // What an earlier run had found, and is gone on from, has none.
  if (rows.length === 0 || circuit.size === 0) return null;
  using progress = new Progress("resamples");
  const { size, indices, graph } = circuit;
  const edges = [...indices];
  const found = await bootstrapCircuits(rows, {
    ...{ edges, size, sizes: sizesAround(size, graph.edgeCount), resamples, seed, signal },
    onProgress: ({ done, total }) => progress.update(done, total),
  });
  const unit = unitOf(scores.values, rows);
  const { low, high, frequency, points, prompts, scored } = found;
  const named = edges.map((edge, i) => {
    const sure = { interval: [low[i]! * unit, high[i]! * unit] as const, frequency: frequency[i]! };
    return [`${graph.edge(edge)}`, sure] as const;
  });
  const { jaccard, stable } = points.find((point) => point.size === size)!;
  const top = new Set(selectTop(scores, size, { prune: false }).indices);
  const shared = edges.filter((edge) => top.has(edge)).length;
  const reason = stable === null ? unjudged(size, { edges: graph.edgeCount, scored }) : null;
  const notes = promptNotes(prompts);
  return {
    json: { prompts, resamples: found.resamples, size, shared, jaccard, stable, reason, points, notes },
    edges: new Map(named),
  };
}

/** Why nothing can be said of circuits of a size that are alike by construction; `scored` edges have a score other than 0. */
function unjudged(size: number, { edges, scored }: { edges: number; scored: number }): string {
  if (size === edges) return "it is the whole graph, and there is no other circuit of its size";
  if (scored === 0) return "no edge has a score other than 0";
  const some = scored === 1 ? "only 1 edge has" : `only ${scored} edges have`;
  return `${some} a score other than 0, and edges of score 0 fill the other ${size - scored} of ${size} places`;
}

/** What so few prompts cannot show. */
function promptNotes(prompts: number): string[] {
  if (prompts >= FEW_PROMPTS) return [];
  return [
    `${prompts} prompts are few: drawn again they say little of other prompts of the kind. --batches takes more to discover with.`,
  ];
}

/** The size itself, and halves and doubles of it. */
function sizesAround(size: number, edgeCount: number): number[] {
  const sizes = [-4, -3, -2, -1, 0, 1, 2, 3].map((power) => Math.round(size * 2 ** power));
  return [...new Set(sizes)].filter((one) => one >= 1 && (one < edgeCount || one === size));
}

/** What a mean over prompts is multiplied by where scores are, as for most algorithms, sums over batches. */
function unitOf(values: Float32Array, rows: readonly Float32Array[]): number {
  let [product, square] = [0, 0];
  for (let edge = 0; edge < values.length; edge++) {
    let mean = 0;
    for (const row of rows) mean += row[edge]! / rows.length;
    product += values[edge]! * mean;
    square += mean * mean;
  }
  return square === 0 ? 1 : product / square;
}
