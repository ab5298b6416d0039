import type { LoadedTask, PruneScores } from "@autocircuit/core";
import { nothingToLose } from "@autocircuit/metrics";
import type { AttributionOptions } from "../attribution/attribution-options.ts";
import { fullAndEmptyLoss } from "../attribution/losses.ts";
import { EdgePruningScores } from "../edge-pruning/edge-pruning.ts";

/** From this share on, edge pruning missed the size that it was asked for. */
const MISSED = 0.1;

/** What is to be said of scores beside them: that they are not of what was asked for, or not what they seem. */
export async function scoreNotes(
  { model, train }: LoadedTask,
  scores: PruneScores,
  options: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const notes: string[] = [];
  if (scores instanceof EdgePruningScores) notes.push(...missedSize(scores));
  if (options.loss === "faithfulness") {
    const [full, empty] = await fullAndEmptyLoss(model, train, options as AttributionOptions);
    if (nothingToLose({ full: -full, empty: -empty }) === "not-done")
      notes.push(
        `The model's loss of ${full.toPrecision(4)} is above the ${empty.toPrecision(4)} with every edge ablated: it does not do this task, and faithfulness turns ` +
          'every sign. A positive score is of an edge that makes it do worse; with the loss "answers" it is of one that makes it do better.',
      );
  }
  return notes;
}

function missedSize({ asked, kept, graph }: EdgePruningScores): string[] {
  if (asked === null || Math.abs(kept.size - asked) <= MISSED * asked) return [];
  return [
    `Edge pruning was to keep ${asked} of ${graph.edgeCount} edges, and its masks keep ${kept.size}: more \`epochs\` or a higher \`multiplierRate\` come ` +
      "nearer. A circuit of another size is of the likeliest edges by their scores.",
  ];
}
