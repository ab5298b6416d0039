import { AutocircuitError } from "@autocircuit/base";
import {
  type AblationType,
  dataSetSides,
  overBatch,
  type PatchableModel,
  type PatchType,
  type PromptBatch,
  type PromptLoader,
} from "@autocircuit/core";
import { batchAnswerDifference, FullModel, logprob } from "@autocircuit/metrics";
import type { Ablation, Tensor } from "@autocircuit/native";
import type { MaskSampler } from "../masks/mask-sampler.ts";
import type { ValidationPoint } from "../training/trained-scores.ts";

/** Which values ablated edges take on validation prompts. */
export interface ValidationOptions {
  readonly ablation: AblationType;
  /** See `ProbingOptions.patch`. */
  readonly patch: PatchType;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prompts on which circuits in training are looked at: for each, 100 times the run's difference of log-probabilities between answers and
 * wrong answers over the full model's.
 */
export class Validation implements Disposable {
  readonly #model: PatchableModel;
  readonly #prompts: PromptLoader;
  readonly #options: ValidationOptions;
  readonly #full: FullModel;
  /** A mean over the validation prompts, for ablations that are one. */
  readonly #mean: Ablation | undefined;

  private constructor(
    model: PatchableModel,
    prompts: PromptLoader,
    options: ValidationOptions,
    mean: Ablation | undefined,
  ) {
    this.#model = model;
    this.#prompts = prompts;
    this.#options = options;
    this.#mean = mean;
    this.#full = new FullModel(model, prompts);
  }

  /**
   * @param training the prompts that are trained on
   * @throws AutocircuitError `bad-input` for no validation prompts, or prompts of another length
   */
  static async of(
    model: PatchableModel,
    prompts: PromptLoader,
    training: PromptLoader,
    options: ValidationOptions,
  ): Promise<Validation> {
    const [first] = prompts.batches;
    if (first === undefined)
      throw new AutocircuitError("bad-input", "`validation` has no batch of prompts. Give some, or leave it out.");
    const length = training.batches[0]?.seqLen;
    if (first.seqLen !== length) {
      throw new AutocircuitError(
        "bad-input",
        `The prompts of \`validation\` have ${first.seqLen} tokens, those trained on ${length}. Give prompts of the same length.`,
      );
    }
    const { ablation, signal } = options;
    const mean = dataSetSides(ablation) && (await model.ablations(prompts, ablation, { signal }));
    return new Validation(model, prompts, options, mean);
  }

  /** The batch that is looked at after a step on a batch of this index: that of the same index, or the first. */
  batch(index: number): PromptBatch {
    return this.#prompts.batches[index] ?? this.#prompts.batches[0]!;
  }

  /** Looks at the circuit of some parameters, `[E]`. */
  async point(batch: PromptBatch, parameters: Tensor, sampler: MaskSampler): Promise<ValidationPoint> {
    const { patch, ablation: type, signal } = this.#options;
    const full = (await this.#full.logits("clean", signal && { signal }))[batch.index]!;
    const asked = { ablation: this.#mean ?? type, ablateFrom: patch === "tree" ? "corrupt" : "clean", signal } as const;
    const percents = await overBatch(this.#model, batch, asked).fold(
      async (before: readonly number[] = [], { slice, start, ablation }) => {
        const end = start + slice.size;
        const ablate = sampler.masks(parameters, start, end);
        const logits = await this.#model.forward(patch === "tree" ? slice.clean : slice.corrupt, {
          ablate,
          ablation,
          signal,
        });
        const whole = batchAnswerDifference(logprob(full.slice(0, start, end)), slice);
        const values = await batchAnswerDifference(logprob(logits), slice).div(whole).mul(100).data();
        return [...before, ...Array.from(values, Number)];
      },
    );
    return summary(percents);
  }

  [Symbol.dispose](): void {
    this.#full[Symbol.dispose]();
    this.#mean?.dispose();
  }
}

function summary(values: readonly number[]): ValidationPoint {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
