import { type KindsOf, kind, signature } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type EdgeRef,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
} from "@autocircuit/core";
import { type DiscoveryOptions, discoveryOptions, graphAndPrompts } from "./discovery-options.ts";

/** Options of {@link groundTruth}. */
export interface GroundTruthOptions extends DiscoveryOptions {
  /** The edges of the known circuit. */
  readonly edges: Iterable<EdgeRef>;
}

const check = signature("groundTruth", graphAndPrompts, {
  ...discoveryOptions,
  edges: kind.required({ ...coreKinds.edges, what: "a list of the edges of the known circuit" }),
} satisfies KindsOf<GroundTruthOptions>);

/**
 * Scores of a known circuit: 1 for its edges, 0 for all others.
 *
 * @throws AutocircuitError `bad-input` without edges, `unknown-name` for an edge the model's graph does not have
 *
 * @example
 * const scores = await groundTruth(task.model, task.test, { edges: task.knownEdges! });
 */
export async function groundTruth(
  model: Pick<PatchableModel, "graph">,
  prompts: PromptLoader | null,
  options: GroundTruthOptions,
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const circuit = Circuit.of(model.graph, options.edges);
  return new PruneScores(model.graph, circuit.mask(), { algorithm: "ground-truth", options: {} });
}
