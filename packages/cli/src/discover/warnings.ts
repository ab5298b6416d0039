import { type FoundCircuit, pruneCircuit } from "@autocircuit/discovery";
import type { DiscoverSettings } from "./settings.ts";

/** A circuit as it is reported, and what is to be said about it. */
export interface PreparedCircuit {
  found: FoundCircuit;
  /** Edges of the circuit found that lead nowhere; left out of it where that was asked for. */
  dangling: number;
  /** Lines for the report and the screen. */
  warnings: string[];
}

/** Counts the edges that lead nowhere, leaves them out if asked, and says what else is not as it was asked for. */
export function prepareCircuit(
  found: FoundCircuit,
  { prune, ablation }: Pick<DiscoverSettings, "prune" | "ablation">,
): PreparedCircuit {
  const pruned = pruneCircuit(found.circuit, ablation);
  const dangling = found.circuit.size - pruned.size;
  const nowhere =
    dangling === 0
      ? undefined
      : `${dangling} of the ${found.circuit.size} edges lead nowhere: they lie on no path from Resid Start to Resid End within the circuit. ` +
        (prune ? `They are left out, ${pruned.size} are left.` : "--prune leaves them out.");
  const more = found.unproven ? "--select-seconds gives the search for the best circuit more time." : undefined;
  const warnings = [...found.notes, nowhere, more].filter((line) => line !== undefined);
  return { found: prune ? { ...found, circuit: pruned } : found, dangling, warnings };
}
