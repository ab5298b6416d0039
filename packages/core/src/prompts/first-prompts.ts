import { kind, signature } from "@autocircuit/base";
import * as kinds from "../kinds.ts";
import { PromptLoader } from "./prompt-loader.ts";

const check = signature("firstPrompts", { prompts: kinds.promptLoader, most: kind.count });

/**
 * The first prompt pairs of a loader, at most so many, as one batch: enough to see something without running all. Where prompts have prefixes
 * of their own, which belong to batches, as many whole batches, at least one.
 *
 * @example
 * using some = firstPrompts(task.test, 64);
 */
export function firstPrompts(prompts: PromptLoader, most: number): PromptLoader {
  check({ prompts, most });
  const { batches, batchSize, wordPositions, seqStart, firstDifference } = prompts;
  const seqLen = Math.max(0, ...batches.map((batch) => batch.seqLen));
  // What fills shorter prompts does not matter: padded positions are not attended to.
  const how = { seqLen, padId: 0, wordPositions, seqStart, firstDifference };
  const [first] = batches;
  if (first?.prefixShared === false) {
    const some = batches.slice(0, Math.max(1, Math.floor(most / batchSize)));
    const prefixes = some.map(({ prefix }) => prefix!);
    return new PromptLoader(
      some.flatMap((batch) => batch.prompts),
      { ...how, batchSize, prefixes },
    );
  }
  const some = prompts.prompts.slice(0, most);
  return new PromptLoader(some, { ...how, batchSize: some.length || 1, prefixes: first?.prefix ? [first.prefix] : [] });
}
