import { type AblationType, dataSetSides, isBatchMean, type PromptBatch, type PromptSide } from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";
import { Lru } from "./lru.ts";
import type { StudioSubject } from "./studio-subject.ts";

/** Means that are kept. */
const MOST_MEANS = 8;

/** Ablations that belong to several prompts: means over the data set, or over one of its batches. */
export class MeanAblations implements Disposable {
  readonly #subject: StudioSubject;
  readonly #kept = new Lru<Ablation>(MOST_MEANS);

  constructor(subject: StudioSubject) {
    this.#subject = subject;
  }

  /**
   * The values of a type that is a mean; they stay this object's, until others have taken their place.
   *
   * @param batch the batch of the data set that the prompts are of; undefined for a person's own, which have no batch but themselves
   * @returns undefined for a type that is made prompt by prompt
   */
  async of(
    type: AblationType,
    from: PromptSide,
    batch: PromptBatch | undefined,
    signal: AbortSignal,
  ): Promise<Ablation | undefined> {
    const { model, prompts } = this.#subject;
    if (dataSetSides(type) !== undefined) return this.#kept.get(type, () => model.ablations(prompts, type, { signal }));
    if (!isBatchMean(type) || batch === undefined) return undefined;
    return this.#kept.get(`${type} ${from} ${batch.index}`, () =>
      model.ablations(batch.tokens(from), type, { signal }),
    );
  }

  [Symbol.dispose](): void {
    this.#kept[Symbol.dispose]();
  }
}
