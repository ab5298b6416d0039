import type { Normalisation } from "./normalisation.ts";

/** Each row rescaled to the length sqrt(d_in). */
export const constantNorm: Normalisation = {
  name: "constant_norm_rescale",
  apply: (x) => {
    const length = x.mul(x).sum(-1, true).sqrt();
    const factor = length.pow(-1).mul(Math.sqrt(x.shape.at(-1)!));
    return { input: x.mul(factor), undo: (output) => output.div(factor) };
  },
};
