import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  type EdgeRef,
  type Graph,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
} from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { startAtCircuits } from "../masks/mask-function.ts";
import { ownName } from "../own-names.ts";
import type { TrainedScores } from "../training/trained-scores.ts";
import type { TrainingProgress } from "../training/training-progress.ts";
import { type ProbingOptions, probingOptions, requireProbedSize } from "./probing-options.ts";
import { subnetworkProbing } from "./subnetwork-probing.ts";

/** A number of edges, or that of the known circuit. */
export type ProbedSize = number | "true_size";

/** Options of {@link circuitProbing}. */
export interface CircuitProbingOptions extends ProbingOptions {
  /** As for all probing, but default -ln 5 (unless `maskFunction` is none): at first nearly all edges are in the circuit. */
  readonly initial?: number | undefined;
  /** Sizes of the circuits to look for, all different. Default `["true_size"]`. */
  readonly circuitSizes?: readonly ProbedSize[] | undefined;
  /** The known circuit, whose size is `"true_size"`. */
  readonly knownEdges?: Iterable<EdgeRef> | undefined;
  /** Called with the size and the scores of each probing, smallest first. */
  readonly onCircuit?: ((size: number, scores: TrainedScores) => void) | undefined;
}

const size = kind.either(kind.count, kind.oneOf(["true_size"]));

/** What {@link CircuitProbingOptions} may be. */
export const circuitProbingOptions = {
  ...probingOptions,
  circuitSizes: kind.listOf(size),
  knownEdges: coreKinds.edges,
  onCircuit: kind.callback,
} satisfies KindsOf<CircuitProbingOptions>;

const check = signature("circuitProbing", modelAndPrompts, circuitProbingOptions);

/**
 * Circuit probing: one {@link subnetworkProbing} for each circuit size, smallest first, in which edges up to that size cost nothing. The
 * edges of the smallest circuit have the highest score, the number of sizes; those that the next one adds have one less, and so on; edges
 * of no circuit have 0. With `patch: "tree"` (default) this is AutoCircuit's tree probing, with `"edge"` its circuit probing.
 *
 * @throws AutocircuitError `bad-input` for sizes that are equal, larger than the graph or none, and for `"true_size"` without `knownEdges`;
 *   what {@link subnetworkProbing} throws
 *
 * @example
 * const sizes = { circuitSizes: [10, "true_size", 50] as const, knownEdges: task.knownEdges! };
 * const scores = await circuitProbing(task.model, task.train, { ...sizes, maskFunction: "hard-concrete" });
 */
export async function circuitProbing(
  model: PatchableModel,
  prompts: PromptLoader,
  options: CircuitProbingOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { circuitSizes, knownEdges, onCircuit, onProgress, ...probing } = options;
  const initial = probing.initial ?? startAtCircuits(ownName(probing.maskFunction ?? "sigmoid"));
  const sizes = resolvedSizes(model, circuitSizes ?? ["true_size"], knownEdges);
  const found: { size: number; scores: TrainedScores }[] = [];
  for (const [index, size] of sizes.entries()) {
    const progress = onProgress && ((step: TrainingProgress) => onProgress(ofAll(step, index, sizes.length)));
    const scores = await subnetworkProbing(model, prompts, {
      ...probing,
      initial,
      circuitSize: size,
      onProgress: progress,
    });
    found.push({ size, scores });
    onCircuit?.(size, scores);
  }
  const { info } = found[0]!.scores;
  const { circuitSize: _, ...settings } = info.options!;
  return new PruneScores(model.graph, nestedScores(model.graph, found), {
    ...info,
    algorithm: "circuit-probing",
    options: { ...settings, circuitSizes: sizes },
  });
}

/**
 * Scores of circuits that were found one by one: the edges of the smallest circuit have the number of circuits as their score, those that
 * the next one adds one less, and so on; the others 0.
 *
 * @param circuits by growing size; the circuit is that of its size in its scores, ties included
 */
export function nestedScores(
  { edgeCount }: Pick<Graph, "edgeCount">,
  circuits: readonly { readonly size: number; readonly scores: PruneScores }[],
): Float32Array {
  const values = new Float32Array(edgeCount);
  for (const [place, { size, scores }] of circuits.entries())
    for (const edge of scores.circuit(size).indices) if (values[edge] === 0) values[edge] = circuits.length - place;
  return values;
}

/** The numbers of edges, ascending. */
function resolvedSizes(
  model: PatchableModel,
  asked: readonly ProbedSize[],
  knownEdges: Iterable<EdgeRef> | undefined,
): number[] {
  if (asked.length === 0) throw new AutocircuitError("bad-input", "`circuitSizes` is empty. Give at least one size.");
  const sizes = asked.map((size) => (size === "true_size" ? knownSize(model, knownEdges) : size));
  for (const [place, size] of sizes.entries()) {
    requireProbedSize(model, size);
    if (sizes.indexOf(size) === place) continue;
    const twice = asked.map((one) => JSON.stringify(one)).join(", ");
    throw new AutocircuitError(
      "bad-input",
      `\`circuitSizes\` [${twice}] has the size ${size} twice${asked.includes("true_size") ? ' ("true_size" is the size of the known circuit)' : ""}. ` +
        "Give every size once.",
    );
  }
  return sizes.sort((a, b) => a - b);
}

function knownSize({ graph }: PatchableModel, knownEdges: Iterable<EdgeRef> | undefined): number {
  const size = knownEdges === undefined ? 0 : new Set(graph.indices(knownEdges)).size;
  if (size > 0) return size;
  throw new AutocircuitError(
    "bad-input",
    'The size "true_size" is that of the known circuit: give its edges as `knownEdges`, or a number of edges in `circuitSizes`.',
  );
}

function ofAll(step: TrainingProgress, place: number, sizes: number): TrainingProgress {
  return { ...step, done: step.done + place * step.total, total: step.total * sizes };
}
