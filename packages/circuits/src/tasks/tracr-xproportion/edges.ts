import type { Edge } from "@autocircuit/core";
import { type HasGraph, type KnownEdgesOptions, tracrEdges } from "../../edges/known-edges.ts";

/** Positions of the published circuit by token: every position after BOS. */
export const TRACR_XPROPORTION_POSITIONS: readonly number[] = [1, 2, 3, 4, 5];

const AUTOCIRCUIT_EDGES = ["Resid Start->MLP 0", "MLP 0->A1.0.V", "A1.0->Resid End"];

const ACDC_EDGES = [
  "Resid Start->MLP 0",
  "MLP 0->A1.0.V",
  "Resid Start->A1.0.Q",
  "Resid Start->A1.0.K",
  "A1.0->Resid End",
];

/**
 * The circuit of tracr-xproportion under resample ablation: "is it an x?" (MLP 0), averaged by the head of block 1.
 *
 * Source: AutoCircuit, tracr-xproportion.
 *
 * @example
 * await using task = await tracrXproportion();
 * tracrXproportionEdges(task.model).map((edge) => edge.name);
 * // ["Resid Start->MLP 0", "MLP 0->A1.0.V", "A1.0->Resid End"]
 * @throws AutocircuitError when the model or graph is another one, or lacks a sequence length that `byToken` needs
 */
export function tracrXproportionEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return tracrEdges(circuit("tracrXproportionEdges", AUTOCIRCUIT_EDGES), target, options);
}

/**
 * The circuit of tracr-xproportion under zero ablation: also the positions that steer the head's queries and keys.
 *
 * Source: "Towards Automated Circuit Discovery for Mechanistic Interpretability" (ACDC), section on tracr-xproportion; edges as in AutoCircuit.
 *
 * @throws AutocircuitError when the model or graph is another one, or lacks a sequence length that `byToken` needs
 */
export function tracrXproportionAcdcEdges(target: HasGraph, options: KnownEdgesOptions = {}): Edge[] {
  return tracrEdges(circuit("tracrXproportionAcdcEdges", ACDC_EDGES), target, options);
}

const circuit = (name: string, names: readonly string[]) => ({
  name,
  layers: 2,
  names,
  positions: TRACR_XPROPORTION_POSITIONS,
});
