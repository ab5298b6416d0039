import { signature } from "@autocircuit/base";
import { type AblationType, ablationKind, Circuit, coreKinds } from "@autocircuit/core";
import { removeDangling } from "./fewest-edges/live-edges.ts";

const check = signature("pruneCircuit", { circuit: coreKinds.circuit, ablation: coreKinds.ablationName });

/**
 * A circuit without the edges that can make no difference: those that lead to nothing which reaches `Resid End`, and, where everything
 * outside is resampled, those that come from nothing which `Resid Start` reaches. The output is the same, to rounding.
 *
 * By token, a node stands for all its positions, so that some such edges stay. In a graph of nodes all stay.
 *
 * @param ablation what edges outside the circuit take
 * @example
 * const circuit = scores.circuit(100);
 * console.log(`${circuit.size - pruneCircuit(circuit, "resample").size} edges lead nowhere`);
 */
export function pruneCircuit(circuit: Circuit, ablation: AblationType): Circuit {
  check({ circuit, ablation });
  const mask = circuit.complement();
  // Of a node whose inputs are all resampled, the output is the corrupt run's, as if it were ablated itself.
  removeDangling(circuit.graph, mask, ablationKind(ablation).values === "other-run");
  return Circuit.where(circuit.graph, (index) => mask[index] === 0);
}
