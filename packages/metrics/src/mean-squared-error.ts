import { type Metric, measureRuns, withFullModel } from "./metric.ts";

/**
 * Mean squared difference of the output values (logits) from the full model's on the clean prompts, over prompts,
 * output positions and the vocabulary.
 */
export const meanSquaredError: Metric = (model, prompts, runs, options = {}) =>
  withFullModel(model, prompts, options, async (full) => {
    const reference = await full.logits("clean", options);
    return measureRuns(prompts, runs, (_, index) => (logits) => logits.sub(reference[index]!).pow(2));
  });
