import { type FoundCircuit, selectExact, selectGreedy } from "@autocircuit/discovery";
import { formatNumber } from "../support/table.ts";
import type { DiscoverSettings } from "./settings.ts";

/** Seconds that the search for the best connected circuit may take. */
const USUAL_SECONDS = 60;

/**
 * The circuit of at most as many edges as were asked for: grown backwards from the output, or the connected one of largest total score, by
 * integer programming. Where its time ends first, a note says how good the best so far is.
 */
export async function selectCircuit(
  found: FoundCircuit,
  size: number,
  { select, selectSeconds = USUAL_SECONDS }: Pick<DiscoverSettings, "select" | "selectSeconds">,
  signal: AbortSignal,
): Promise<FoundCircuit> {
  if (select === "top") return found;
  const { scores } = found;
  if (select === "greedy") return { ...found, circuit: selectGreedy(scores, size) };
  const notes = [...found.notes];
  const circuit = await selectExact(scores, size, {
    ...{ seconds: selectSeconds, signal },
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
