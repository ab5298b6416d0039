import { signature } from "@autocircuit/base";
import { type ScoredCircuit, scoredCircuitKind } from "./scored-circuit.ts";

const check = signature("ungroupedCircuit", { circuit: scoredCircuitKind });

/**
 * The same circuit in the graph in which each query head has a key and a value of its own: an edge to those of a group is one to each of its heads, with
 * its score. Run on a model it computes the same. A circuit of a graph without groups stays as it is.
 *
 * @example
 * ungroupedCircuit(scoredCircuit(scores, scores.circuit(100))).graph.config.ungrouped; // true where heads share keys
 */
export function ungroupedCircuit(circuit: ScoredCircuit): ScoredCircuit {
  check({ circuit });
  const { graph } = circuit;
  const { heads, kvHeads, factorized, separateQkv, ungrouped } = graph.config;
  if (heads === kvHeads || ungrouped || !factorized || !separateQkv) return circuit;
  const own = graph.with({ ungrouped: true });
  const scores = new Float64Array(own.edgeCount);
  const inCircuit = new Uint8Array(own.edgeCount);
  for (const { name, src, dest, token, index } of own.edges()) {
    const shared = dest.kind === "k" || dest.kind === "v";
    const group = `A${dest.block}.${Math.floor((dest.head ?? 0) / (heads / kvHeads))}.${dest.kind.toUpperCase()}`;
    const from = graph.index(shared ? `${src.name}->${group}` : name, token);
    scores[index] = circuit.scores[from]!;
    inCircuit[index] = circuit.inCircuit[from]!;
  }
  return { ...circuit, graph: own, scores, inCircuit };
}
