import { type Metric, measureRuns, withFullModel } from "./metric.ts";

/**
 * Largest absolute difference of any output value from the full model's on the clean prompts, over all prompts,
 * output positions and the vocabulary. 0 when the circuit leaves the output untouched.
 */
export const maxAbsDiff: Metric = (model, prompts, runs, options = {}) =>
  withFullModel(model, prompts, options, async (full) => {
    const reference = await full.logits("clean", options);
    return measureRuns(prompts, runs, (_, index) => (logits) => logits.sub(reference[index]!).abs().max(), {
      reduction: "max",
    });
  });
