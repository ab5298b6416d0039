/** How training went, as the scores of algorithms that train have it: a number a step. */
export interface TrainingCurves {
  readonly loss: readonly number[];
  /** The part of the loss that is about the outputs. */
  readonly target: readonly number[];
  /** The part that is about the number of edges. */
  readonly size: readonly number[];
  /** Of validation prompts, in percent of the full model's. */
  readonly validation?: readonly { readonly mean: number; readonly deviation: number }[] | undefined;
}
