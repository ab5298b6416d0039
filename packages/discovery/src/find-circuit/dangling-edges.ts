import type { AblationType, Circuit } from "@autocircuit/core";
import { pruneCircuit } from "../prune-circuit.ts";

/** A circuit, and what of it leads nowhere. */
export interface DanglingEdges {
  /** What was selected; with `prune` without the edges that lead nowhere. */
  readonly circuit: Circuit;
  readonly selected: Circuit;
  /** How many of the selected edges lead nowhere. */
  readonly dangling: number;
  /** What to say of them. */
  readonly notes: readonly string[];
}

/** Counts the edges that lead nowhere, and leaves them out if asked. */
export function danglingEdges(selected: Circuit, ablation: AblationType, prune: boolean): DanglingEdges {
  const pruned = pruneCircuit(selected, ablation);
  const dangling = selected.size - pruned.size;
  const circuit = prune ? pruned : selected;
  if (dangling === 0) return { circuit, selected, dangling, notes: [] };
  const done = prune ? `They are left out, ${pruned.size} are left.` : "`prune` leaves them out.";
  const note = `${dangling} of the ${selected.size} edges lead nowhere: they lie on no path from Resid Start to Resid End within the circuit. ${done}`;
  return { circuit, selected, dangling, notes: [note] };
}
