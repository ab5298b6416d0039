import type { Circuit, PruneScores } from "@autocircuit/core";
import { type FoundCircuit, selectExact, selectGreedy, selectTop } from "@autocircuit/discovery";
import { formatNumber } from "../support/table.ts";
import type { DiscoverSettings } from "./settings.ts";

/** Seconds that the search for the best connected circuit may take. */
const USUAL_SECONDS = 60;

/**
 * The circuit of at most as many edges as were asked for: the best, by size or sign of their scores, or grown backwards from the output, or the connected one of largest total score, by
 * integer programming. Where its time ends first, a note says how good the best so far is.
 */
export async function selectCircuit(
  found: FoundCircuit,
  size: number,
  { select, rank: by, selectSeconds = USUAL_SECONDS }: Pick<DiscoverSettings, "select" | "rank" | "selectSeconds">,
  signal: AbortSignal,
): Promise<FoundCircuit> {
  const { scores } = found;
  const notes = [...found.notes];
  if (select === "top" && by === "absolute") return found;
  if (select === "top") {
    const circuit = selectTop(scores, size, { by, prune: false });
    return { ...found, circuit, notes: [...notes, ...signedTies(circuit, scores)] };
  }
  if (select === "greedy") return { ...found, circuit: selectGreedy(scores, size, { by }) };
  const circuit = await selectExact(scores, size, {
    ...{ by, seconds: selectSeconds, signal },
    onUnproven: ({ total, bound, greedy }) =>
      notes.push(
        (greedy
          ? `The circuit is that of --select greedy, as nothing better was found in ${selectSeconds} s (--select-seconds): its scores sum to `
          : `The circuit is the best that was found in ${selectSeconds} s (--select-seconds), not proven to be the best: its scores sum to `) +
          `${formatNumber(total)}, and no circuit of ${size} edges has more than ${formatNumber(bound)}.`,
      ),
  });
  return { ...found, circuit, notes };
}

/** Says so where edges that were left out have the score of the last one that was taken. */
function signedTies(circuit: Circuit, { values }: PruneScores): string[] {
  const last = circuit.indices.reduce((least, edge) => Math.min(least, values[edge]!), Number.POSITIVE_INFINITY);
  const taken = circuit.indices.reduce((count, edge) => count + Number(values[edge] === last), 0);
  const left = values.reduce((count, value) => count + Number(value === last), 0) - taken;
  if (left === 0) return [];
  return [
    `warning: ${left} more edges have the score ${formatNumber(last)} of the last that was taken; of these, those that come first in the graph were.`,
  ];
}
