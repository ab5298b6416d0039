import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  requireSameGraph,
} from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { type CircuitProbingOptions, circuitProbing, circuitProbingOptions } from "./circuit-probing.ts";

/** Options of {@link constrainedProbing}. */
export interface ConstrainedProbingOptions extends Omit<CircuitProbingOptions, "avoid"> {
  /** Scores whose circuit is to be avoided, such as those of another algorithm or of the known circuit. */
  readonly scores: PruneScores;
  /** Edges of the circuit that is avoided. Default the number of `knownEdges`. */
  readonly avoidSize?: number | undefined;
}

const { avoid: _, ...otherOptions } = circuitProbingOptions;
const check = signature("constrainedProbing", modelAndPrompts, {
  ...otherOptions,
  scores: kind.required(coreKinds.pruneScores),
  avoidSize: kind.count,
} satisfies KindsOf<ConstrainedProbingOptions>);

/**
 * Looks for a circuit that is as good as a known one and different: {@link circuitProbing} that avoids the edges of the circuit that some
 * scores give. Defaults are AutoCircuit's: 2000 epochs, `lambda` 0.1, `avoidLambda` 0.3, hard concrete masks, one circuit of the size of the
 * published one.
 *
 * @throws AutocircuitError `bad-input` for scores of another graph, and without both `avoidSize` and `knownEdges`; what
 *   {@link circuitProbing} throws
 *
 * @example
 * const knownEdges = task.knownEdges!;
 * const known = await groundTruth(task.model, null, { edges: knownEdges });
 * const other = await constrainedProbing(task.model, task.train, { scores: known, knownEdges });
 */
export async function constrainedProbing(
  model: PatchableModel,
  prompts: PromptLoader,
  options: ConstrainedProbingOptions,
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { scores, avoidSize, ...probing } = options;
  requireSameGraph(scores.graph, model.graph, "The scores are");
  const knownEdges = options.knownEdges && [...Circuit.of(model.graph, options.knownEdges).indices];
  const size = avoidSize ?? knownEdges?.length;
  if (size === undefined) {
    throw new AutocircuitError(
      "bad-input",
      "Give the size of the circuit that is avoided as `avoidSize`, or the known circuit as `knownEdges`.",
    );
  }
  const found = await circuitProbing(model, prompts, {
    ...{ epochs: 2000, lambda: 0.1, avoidLambda: 0.3, maskFunction: "hard-concrete" },
    ...given(probing),
    knownEdges,
    avoid: scores.circuit(size),
  });
  return new PruneScores(found.graph, found.values, { ...found.info, algorithm: "constrained-probing" });
}

/** Options without those that are undefined, which would hide the defaults. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
