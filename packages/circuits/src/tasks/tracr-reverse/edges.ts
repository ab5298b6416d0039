import type { Edge } from "@autocircuit/core";
import { type HasGraph, type KnownEdgesOptions, tracrEdges } from "../../edges/known-edges.ts";

/**
 * Positions of the published circuit by token. Position 3 is the fixed point of reversal at length 5 and is not among them: tree
 * patching therefore ablates it, and the output there leaves the full model's. Pass `positions: [1, 2, 3, 4, 5]` for a circuit that keeps it.
 */
export const TRACR_REVERSE_POSITIONS: readonly number[] = [1, 2, 4, 5];

const AUTOCIRCUIT_EDGES = ["Resid Start->A3.0.V", "A3.0->Resid End"];

const ACDC_EDGES = [
  "Resid Start->A0.0.V",
  "Resid Start->MLP 0",
  "A0.0->MLP 0",
  "Resid Start->MLP 1",
  "MLP 0->MLP 1",
  "MLP 1->MLP 2",
  "MLP 2->A3.0.Q",
  "Resid Start->A3.0.K",
  "Resid Start->A3.0.V",
  "A3.0->Resid End",
];

/**
 * The circuit of tracr-reverse under resample ablation: the tokens go through the last head's values to the output. What steers the
 * head (lengths and positions) is the same in every prompt, so resampling cannot see it; zero ablation destroys it.
 *
 * Source: AutoCircuit, tracr-reverse.
 *
 * @example
 * await using task = await tracrReverse();
 * const edges = tracrReverseEdges(task.model);
 * console.log(edges.map((edge) => edge.name)); // ["Resid Start->A3.0.V", "A3.0->Resid End"]
 * @throws AutocircuitError when the model or graph is another one, or lacks a sequence length that `byToken` needs
 */
export function tracrReverseEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return tracrEdges(circuit("tracrReverseEdges", AUTOCIRCUIT_EDGES), target, options);
}

/**
 * The circuit of tracr-reverse under zero ablation: also the path that computes the length and the mirrored position.
 *
 * Source: "Towards Automated Circuit Discovery for Mechanistic Interpretability" (ACDC), section on tracr-reverse; edges as in AutoCircuit.
 *
 * @throws AutocircuitError when the model or graph is another one, or lacks a sequence length that `byToken` needs
 */
export function tracrReverseAcdcEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return tracrEdges(circuit("tracrReverseAcdcEdges", ACDC_EDGES), target, options);
}

const circuit = (name: string, names: readonly string[]) => ({
  name,
  layers: 4,
  names,
  positions: TRACR_REVERSE_POSITIONS,
});
