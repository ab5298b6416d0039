import type { Normalisation } from "./normalisation.ts";

/** One factor for all inputs, by which outputs are divided: it brings the mean length of a data set's activations to sqrt(d_in). */
export function scaled(factor: number): Normalisation {
  return {
    name: "scaled",
    factor,
    apply: (x) => ({ input: x.mul(factor), undo: (output) => output.div(factor) }),
  };
}
