import type { DType } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import { dropOut } from "./dropout.ts";
import { type MaskFunction, masksOf } from "./mask-function.ts";
import { drawNoise, type Noise } from "./noise.ts";

/** How parameters become masks of a pass. */
export interface MaskSampling {
  readonly maskFunction: MaskFunction;
  /** Probability that a mask drops out; 0 for none. */
  readonly dropout: number;
  readonly noise: Noise;
}

/** A pass of a step of training. */
export interface SampledPass {
  readonly step: number;
  readonly pass: number;
  /** Prompts in the batch. */
  readonly promptCount: number;
  readonly edgeCount: number;
  readonly dtype: DType;
}

/**
 * The masks of one pass over a batch. Everything random is drawn when it is made, for the whole batch, so that slices of the batch, and a
 * pass that starts again, see the same.
 */
export class MaskSampler implements Disposable {
  readonly #sampling: MaskSampling;
  readonly #masks: Tensor | undefined;
  readonly #dropout: Tensor | undefined;

  constructor(sampling: MaskSampling, { step, pass, promptCount, edgeCount, dtype }: SampledPass) {
    const { maskFunction, dropout, noise } = sampling;
    this.#sampling = sampling;
    const sampled = maskFunction === "hard-concrete";
    const request = { step, pass, edgeCount, rows: sampled ? promptCount : 1 };
    this.#masks = sampled ? drawNoise(noise, { ...request, use: "mask" }, dtype) : undefined;
    this.#dropout = dropout > 0 ? drawNoise(noise, { ...request, use: "dropout" }, dtype) : undefined;
  }

  /**
   * Masks for the prompts `start` to `end` of the batch: `[E]` where all prompts share them, else `[end - start, E]`, with gradients to
   * the parameters.
   *
   * @param parameters `[E]`
   */
  masks(parameters: Tensor, start: number, end: number): Tensor {
    const { maskFunction, dropout } = this.#sampling;
    const rows = (noise: Tensor | undefined) =>
      noise && (noise.shape[0] === 1 && this.#masks === undefined ? noise.select(0, 0) : noise.slice(0, start, end));
    return scope(() => {
      const masks = masksOf(maskFunction, parameters, rows(this.#masks));
      return dropout > 0 ? dropOut(masks, dropout, rows(this.#dropout)!) : masks;
    });
  }

  [Symbol.dispose](): void {
    this.#masks?.dispose();
    this.#dropout?.dispose();
  }
}
