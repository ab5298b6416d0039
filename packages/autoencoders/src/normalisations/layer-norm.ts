import type { Normalisation } from "./normalisation.ts";

/** Added to the standard deviation, not to the variance, and only on the way in: as SAELens and OpenAI have it. */
const EPS = 1e-5;

/** Each row less its mean, by its standard deviation (of a sample: n - 1). */
export const layerNorm: Normalisation = {
  name: "layer_norm",
  apply: (x) => {
    const mean = x.mean(-1, true);
    const centered = x.sub(mean);
    const deviation = centered
      .mul(centered)
      .sum(-1, true)
      .div(x.shape.at(-1)! - 1)
      .sqrt();
    return { input: centered.div(deviation.add(EPS)), undo: (output) => output.mul(deviation).add(mean) };
  },
};
