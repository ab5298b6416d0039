import { PromptLoader } from "@autocircuit/core";

/** The first prompt pairs of a loader, at most so many, as one batch. */
export function firstPrompts({ prompts, batches, wordIdxs, seqStart }: PromptLoader, most: number): PromptLoader {
  const some = prompts.slice(0, most);
  const length = Math.max(...batches.map((batch) => batch.length));
  // What fills shorter prompts does not matter: padded positions are not attended to.
  return new PromptLoader(some, { batchSize: some.length, length, padId: 0, wordIdxs, seqStart });
}
