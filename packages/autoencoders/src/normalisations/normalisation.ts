import type { Tensor } from "@autocircuit/native";

/** A normalised input, and the way back for outputs. */
export interface Normalised {
  readonly input: Tensor;
  readonly undo: (output: Tensor) => Tensor;
}

/** What is done to an input `[rows, d_in]` before anything else, and undone on the output. */
export interface Normalisation {
  readonly name: string;
  readonly apply: (input: Tensor) => Normalised;
  /** Where it is the same number for every input. */
  readonly factor?: number;
}

/** Inputs as they are. */
export const noNormalisation: Normalisation = {
  name: "none",
  apply: (input) => ({ input, undo: (output) => output }),
};

/** A normalisation whose statistics say nothing about the output: transcoders write somewhere else than they read. */
export function ofInputOnly({ name, apply }: Normalisation): Normalisation {
  return { name, apply: (x) => ({ input: apply(x).input, undo: (output) => output }) };
}
