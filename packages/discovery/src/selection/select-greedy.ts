import { signature } from "@autocircuit/base";
import {
  Circuit,
  coreKinds,
  type PruneScores,
  rankedEdges,
  rankOfScores,
  type SrcNode,
  writtenBy,
} from "@autocircuit/core";
import { pruneCircuit } from "../prune-circuit.ts";
import { type CircuitSize, circuitSizeKind, edgesOfSize } from "./circuit-size.ts";
import { type SelectionOptions, selectionOptions } from "./select-top.ts";

const check = signature("selectGreedy", { scores: coreKinds.pruneScores, size: circuitSizeKind }, selectionOptions);

/**
 * A circuit grown backwards from the output (EAP-IG's greedy selection, Hanna et al. 2024): it starts with `Resid End`; as often as the
 * size says, the best edge that leads to a node of the circuit joins, and its source with it. So every edge leads to the output, and
 * only dead ends at the other side are left to be pruned.
 *
 * @throws AutocircuitError `bad-input` for an impossible size or scores that are NaN
 */
export function selectGreedy(scores: PruneScores, size: CircuitSize, options: SelectionOptions = {}): Circuit {
  check({ scores, size }, options);
  const { rank = rankOfScores(scores), prune = true } = options;
  const { graph } = scores;
  const writes = writtenBy(graph);
  const edges = Array.from(rankedEdges(scores, rank), (index) => graph.edge(index));
  const count = edgesOfSize(scores, size, rank);
  const nodes = new Set<SrcNode>();
  const taken = new Uint8Array(edges.length);
  const chosen: number[] = [];
  const open = (place: number): boolean => {
    const { dest } = edges[place]!;
    return taken[place] === 0 && (dest.kind === "end" || writes(dest).some((node) => nodes.has(node)));
  };
  // Every open edge ranks at or behind `from`; a node that joins may open edges that were passed.
  let from = 0;
  while (chosen.length < count) {
    while (from < edges.length && !open(from)) from++;
    if (from === edges.length) break;
    taken[from] = 1;
    const { index, src } = edges[from]!;
    chosen.push(index);
    if (nodes.has(src)) continue;
    nodes.add(src);
    from = 0;
  }
  const circuit = Circuit.of(graph, chosen);
  return prune ? pruneCircuit(circuit, "resample") : circuit;
}
