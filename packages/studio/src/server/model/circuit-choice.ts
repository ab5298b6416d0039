import { createHash } from "node:crypto";
import { AutocircuitError } from "@autocircuit/base";
import { Circuit, type Graph } from "@autocircuit/core";
import type { CircuitChoice, RunChoice } from "../../api/index.ts";
import type { ScoreSets } from "../sets/score-sets.ts";

/** The circuit that was chosen, and the same without the clicked edges. */
export interface ChosenPair {
  readonly circuit: Circuit;
  readonly patched: Circuit;
}

/**
 * The circuits that a page asks for.
 *
 * @throws AutocircuitError `not-found` for a score set there is not, `bad-input` for a size or edge that cannot be
 */
export function chosenPair(sets: ScoreSets, graph: Graph, choice: Pick<RunChoice, "circuit" | "ablated">): ChosenPair {
  const circuit = chosenCircuit(sets, graph, choice.circuit);
  requireEdges(graph, choice.ablated, "ablated");
  if (choice.ablated.length === 0) return { circuit, patched: circuit };
  const mask = circuit.mask();
  for (const index of choice.ablated) mask[index] = 0;
  return { circuit, patched: Circuit.where(graph, (index) => mask[index] === 1) };
}

/** The circuit of one choice. @throws AutocircuitError as {@link chosenPair} does */
export function chosenCircuit(sets: ScoreSets, graph: Graph, { scores, size, add, remove }: CircuitChoice): Circuit {
  requireEdges(graph, add, "add");
  requireEdges(graph, remove, "remove");
  const base = scores === null ? Circuit.where(graph, () => true) : sets.circuit(scores, size);
  if (add.length === 0 && remove.length === 0) return base;
  const mask = base.mask();
  for (const index of add) mask[index] = 1;
  for (const index of remove) mask[index] = 0;
  return Circuit.where(graph, (index) => mask[index] === 1);
}

/** A key that two circuits of one graph share only if they are the same. */
export function circuitKey({ indices }: Circuit): string {
  const bytes = Buffer.from(indices.buffer, indices.byteOffset, indices.byteLength);
  return createHash("sha256").update(bytes).digest("base64");
}

function requireEdges({ edgeCount }: Graph, edges: readonly number[], name: string): void {
  const wrong = edges.find((index) => index >= edgeCount);
  if (wrong === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    `\`${name}\` has the edge number ${wrong}; the graph has ${edgeCount} edges, numbered from 0.`,
  );
}
