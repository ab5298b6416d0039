import { type Metric, measureRuns, withFullModel } from "./metric.ts";

/**
 * Share of outputs (prompts times output positions), 0 to 1, for which circuit and full model rate the same token
 * highest on the clean prompts.
 */
export const argmaxAgreement: Metric = (model, prompts, runs, options = {}) =>
  withFullModel(model, prompts, options, async (full) => {
    const reference = await full.logits("clean", options);
    return measureRuns(prompts, runs, (_, index) => {
      const last = reference[index]!.shape.length - 1;
      const best = reference[index]!.argmax(last);
      return (logits) => logits.argmax(last).eq(best).to("float64");
    });
  });
