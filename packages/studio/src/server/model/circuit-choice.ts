import { AutocircuitError } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";
import type { CircuitChoice, RunChoice } from "../../api/index.ts";
import type { ScoreSets } from "../sets/score-sets.ts";
import type { ChosenCircuit } from "./chosen-circuit.ts";

/** The circuit that was chosen, and the same without the clicked edges. */
export interface ChosenPair {
  readonly circuit: ChosenCircuit;
  readonly patched: ChosenCircuit;
}

/**
 * The circuits that a page asks for.
 *
 * @throws AutocircuitError `not-found` for a score set there is not, `bad-input` for a size or edge that cannot be
 */
export function chosenPair(sets: ScoreSets, graph: Graph, choice: Pick<RunChoice, "circuit" | "ablated">): ChosenPair {
  const circuit = chosenCircuit(sets, graph, choice.circuit);
  return { circuit, patched: changed(graph, circuit, [["ablated", choice.ablated, 0]]) };
}

function chosenCircuit(sets: ScoreSets, graph: Graph, { scores, size, add, remove }: CircuitChoice): ChosenCircuit {
  const base = scores === null ? wholeGraph(graph) : sets.circuit(scores, size);
  return changed(graph, base, [
    ["add", add, 1],
    ["remove", remove, 0],
  ]);
}

/** The circuit of all edges. */
function wholeGraph({ edgeCount }: Graph): ChosenCircuit {
  return { key: "all", size: edgeCount, edges: new Uint8Array(edgeCount).fill(1) };
}

/** A circuit with edges put in (1) or taken out (0), in this order. */
function changed(
  { edgeCount }: Graph,
  circuit: ChosenCircuit,
  changes: readonly (readonly [name: string, indices: readonly number[], value: 0 | 1])[],
): ChosenCircuit {
  if (changes.every(([, indices]) => indices.length === 0)) return circuit;
  const edges = circuit.edges.slice();
  let { size, key } = circuit;
  for (const [name, indices, value] of changes) {
    for (const index of indices) {
      if (index >= edgeCount)
        throw new AutocircuitError(
          "bad-input",
          `\`${name}\` has the edge number ${index}; the graph has ${edgeCount} edges, numbered from 0.`,
        );
      size += value - edges[index]!;
      edges[index] = value;
    }
    if (indices.length > 0) key += ` ${value === 1 ? "+" : "-"}${[...indices].sort((a, b) => a - b).join(",")}`;
  }
  return { key, size, edges };
}
