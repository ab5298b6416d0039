import { AutocircuitError } from "@autocircuit/base";
import {
  type AblationType,
  dataSetSides,
  isBatchMean,
  type PromptBatch,
  type PromptSide,
  throwIfAborted,
} from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";
import { Lru } from "./lru.ts";
import type { StudioSubject } from "./studio-subject.ts";

/** Means over batches that are kept. */
const MOST_MEANS = 8;

/** Ablations that belong to several prompts: means over the data set, or over one of its batches. */
export class MeanAblations implements Disposable {
  readonly #subject: StudioSubject;
  readonly #closing: AbortSignal;
  readonly #ofDataSet = new Map<AblationType, Promise<Ablation>>();
  readonly #ofBatches = new Lru<Ablation>(MOST_MEANS);

  /** @param closing ends what is being made */
  constructor(subject: StudioSubject, closing: AbortSignal) {
    this.#subject = subject;
    this.#closing = closing;
  }

  /**
   * Waits until the means over the data set are there, if the type is one. They take as long as the data set does, so this is for before it
   * is a run's turn: nobody else's waits for it. Who goes away meanwhile leaves them to the next.
   *
   * @throws AutocircuitError as `PatchableModel.ablations` does; `aborted`
   */
  async prepare(type: AblationType, signal: AbortSignal): Promise<void> {
    if (dataSetSides(type) === undefined) return;
    throwIfAborted(signal);
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () =>
        reject(new AutocircuitError("aborted", "Stopped while the means were made.", { cause: signal.reason }));
      signal.addEventListener("abort", leave, { once: true });
    });
    try {
      await Promise.race([this.#dataSet(type), left]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
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
    if (dataSetSides(type) !== undefined) return this.#dataSet(type);
    if (!isBatchMean(type) || batch === undefined) return undefined;
    const key = `${type} ${from} ${batch.index}`;
    return this.#ofBatches.get(key, () => this.#subject.model.ablations(batch.tokens(from), type, { signal }));
  }

  #dataSet(type: AblationType): Promise<Ablation> {
    const known = this.#ofDataSet.get(type);
    if (known !== undefined) return known;
    const { model, prompts } = this.#subject;
    const making = model.ablations(prompts, type, { signal: this.#closing });
    this.#ofDataSet.set(type, making);
    making.catch(() => this.#ofDataSet.delete(type));
    return making;
  }

  [Symbol.dispose](): void {
    for (const making of this.#ofDataSet.values())
      making.then(
        (made) => made.dispose(),
        () => undefined,
      );
    this.#ofDataSet.clear();
    this.#ofBatches[Symbol.dispose]();
  }
}
