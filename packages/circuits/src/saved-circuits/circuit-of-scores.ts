import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  circuitsOfSizes,
  coreKinds,
  type Graph,
  graphDifference,
  latentIdentity,
  type PruneScores,
  type Rank,
  rankOfScores,
  ranks,
  tiesNotes,
} from "@autocircuit/core";
import { scoredCircuit } from "../interchange/scored-circuit.ts";
import { foundWith } from "./found-with.ts";
import { graphKind } from "./graph-kind.ts";
import { type SavedCircuit, savedCircuit } from "./saved-circuit.ts";

/** Which edges of saved scores are the circuit: so many that rank highest. */
export interface SavedCircuitOptions {
  /** Edges in the circuit. For scores, which need it; other files name their edges. */
  readonly size?: number | undefined;
  /** Default: what the scores were found with, as `rankOfScores` says. */
  readonly rank?: Rank | undefined;
}

/** What {@link SavedCircuitOptions} may be. */
export const savedCircuitOptions = {
  size: kind.whole,
  rank: kind.oneOf(ranks),
} satisfies KindsOf<SavedCircuitOptions>;

const check = signature("circuitOfScores", { scores: coreKinds.pruneScores, where: kind.text }, savedCircuitOptions);

/**
 * The circuit of the so many edges of scores that rank highest, as `readCircuit` gives it for their file.
 *
 * @param where the file's name, for messages
 * @throws AutocircuitError `bad-input` without a size, or with one that the scores do not have
 * @example
 * const saved = circuitOfScores(scores, "scores.safetensors", { size: 20 });
 * saved.circuitIn(model.graph).size; // 20
 */
export function circuitOfScores(scores: PruneScores, where: string, options: SavedCircuitOptions = {}): SavedCircuit {
  check({ scores, where }, options);
  const { size, rank = rankOfScores(scores) } = options;
  if (size === undefined)
    throw new AutocircuitError(
      "bad-input",
      `${where} holds scores of all edges: say with \`size\` how many of them are the circuit.`,
    );
  const { circuit } = circuitsOfSizes(scores, [size], rank)[0]!;
  const { graph, info } = scores;
  const placed = (model: Graph) => {
    if (graph.equals(model)) return circuit;
    const counts = `${graph.edgeCount} edges) than this model's (${model.edgeCount} edges`;
    throw new AutocircuitError(
      "bad-input",
      `${where} holds scores of another graph (${counts}): ${graphDifference(graph.config, model.config)}. The options of its discovery say which.`,
    );
  };
  return savedCircuit({
    ...{ where, placed, format: "scores", byToken: graph.seqLen !== null },
    edges: Array.from(circuit, ({ name, token }) => [name, token]),
    ...{ graphKind: graphKind(graph), latents: latentIdentity(graph), notes: tiesNotes(scores, size, circuit, rank) },
    ...foundWith({ ...info, options: { ...info.options, seed: info.seed } }),
    scored: (model) => scoredCircuit(scores, model ? placed(model) : circuit),
  });
}
