import { kind, readableJson, signature } from "@autocircuit/base";
import {
  type DiscoveredCircuit,
  discoveredCircuit,
  type GraphKind,
  type LatentIdentity,
  latentIdentity,
  optionsFoundWith,
  type ScoredEdge,
  scoredEdges,
} from "@autocircuit/core";
import { graphKind } from "./graph-kind.ts";

/** What `discover --json` says of its circuit: all that `readCircuit` reads of such a file. Infinite scores are the string "Infinity" there. */
export interface DiscoveryFile {
  /** Key of the task. */
  readonly task: string;
  /** What tells the weights of the model from those of others of its name, as its scores say it; null where nothing does. */
  readonly fingerprint: string | null;
  readonly algorithm: string;
  /** What it was found with, as `optionsFoundWith` has it. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Edges of the graph. */
  readonly edgeCount: number;
  /** In which of the model's graphs the edges are. */
  readonly graph: GraphKind;
  /** What the circuit's latents are told by; null for a model without autoencoders. */
  readonly latents: LatentIdentity | null;
  readonly circuit: readonly ScoredEdge[];
}

const takes = { task: kind.text, found: discoveredCircuit };
const check = signature("discoveryFile", takes);
const checkFormat = signature("formatDiscoveryFile", takes);

/**
 * What a file says of a circuit that was found, with whatever else it is to say beside it.
 *
 * @param task key of the task that it was found for
 * @throws AutocircuitError `bad-input` for scores of another graph than the circuit's
 * @example
 * const found = await findCircuit(task, { algorithm: "edge-attribution", size: 20 });
 * const { options, graph } = discoveryFile(task.key, found);
 */
export function discoveryFile(task: string, found: DiscoveredCircuit): DiscoveryFile {
  check({ task, found });
  const { circuit, scores, algorithm } = found;
  const { graph } = circuit;
  return {
    ...{ task, fingerprint: scores.info.fingerprint ?? null, algorithm, options: optionsFoundWith(found) },
    ...{ edgeCount: graph.edgeCount, graph: graphKind(graph), latents: latentIdentity(graph) },
    circuit: scoredEdges(circuit, scores),
  };
}

/**
 * A circuit that was found as JSON, as `discover --json` writes it: `readCircuit` and every command that takes a circuit read it, with the ablation
 * and the seed that it was found with.
 *
 * @param task key of the task that it was found for
 * @throws AutocircuitError as {@link discoveryFile}
 * @example
 * const found = await findCircuit(task, { algorithm: "edge-attribution", size: 20 });
 * await writeWhole("edges.json", formatDiscoveryFile(task.key, found));
 * const { ablation, seed } = await readCircuit("edges.json");
 */
export function formatDiscoveryFile(task: string, found: DiscoveredCircuit): string {
  checkFormat({ task, found });
  return readableJson(discoveryFile(task, found));
}
