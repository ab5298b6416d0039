import { type PatchableModel, PromptLoader, type PromptPair } from "@autocircuit/core";

/** Prompts of one length, with the model whose graph has an edge for each of their tokens. */
export interface EqualPrompts {
  /** The model with a graph by token. */
  readonly model: PatchableModel;
  /** The prompts, one batch. */
  readonly prompts: PromptLoader;
  /** The place of each among all prompts. */
  readonly places: readonly number[];
}

/** All prompts in batches of equal length, in which none is padded. A batch is freed when the next one is asked for. */
export function* equalLengths(
  model: PatchableModel,
  prompts: readonly PromptPair[],
  batchSize: number,
): Generator<EqualPrompts, void, void> {
  const byLength = new Map<number, number[]>();
  for (const [place, { clean }] of prompts.entries()) {
    const same = byLength.get(clean.length) ?? [];
    same.push(place);
    byLength.set(clean.length, same);
  }
  for (const [seqLen, all] of byLength) {
    const byToken = model.withGraph({ byToken: true, seqLen });
    for (let first = 0; first < all.length; first += batchSize) {
      const places = all.slice(first, first + batchSize);
      using batch = new PromptLoader(
        places.map((place) => prompts[place]!),
        { batchSize: places.length },
      );
      yield { model: byToken, prompts: batch, places };
    }
  }
}
