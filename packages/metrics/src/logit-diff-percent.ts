import { type KindsOf, kind, signature } from "@autocircuit/base";
import type { PromptLoader } from "@autocircuit/core";
import { batchAnswerDifference } from "./answer-mean.ts";
import {
  type MeasuredModel,
  type Measurement,
  type MeasureOptions,
  measureOptions,
  measureRuns,
  withFullModel,
} from "./measure.ts";
import type { MeasuredRun } from "./measured-run.ts";

/** Options of {@link logitDiffPercent}. */
export interface LogitDiffPercentOptions extends MeasureOptions {
  /**
   * `"means"` (default): 100 times the circuit's mean difference over the full model's.
   * `"ratios"`: the mean over prompts of each prompt's ratio, which prompts with a small difference dominate.
   */
  of?: "means" | "ratios";
}

const check = signature("logitDiffPercent", {}, {
  ...measureOptions,
  of: kind.oneOf(["means", "ratios"]),
} satisfies KindsOf<LogitDiffPercentOptions>);

/**
 * Faithfulness: the circuit's logit difference between answers and wrong answers, in percent of the full model's on
 * the clean prompts. 100 means as large as the full model's; it can exceed 100 and be negative. NaN or infinite where
 * the full model shows no difference.
 */
export async function logitDiffPercent(
  model: MeasuredModel,
  prompts: PromptLoader,
  runs: readonly MeasuredRun[],
  options: LogitDiffPercentOptions = {},
): Promise<Measurement[]> {
  check({}, options);
  return withFullModel(model, prompts, options, async (full) => {
    const reference = await full.logits("clean", options);
    if (options.of === "ratios") {
      return measureRuns(
        prompts,
        runs,
        (batch, index) => {
          const whole = batchAnswerDifference(reference[index]!, batch);
          return (logits) => batchAnswerDifference(logits, batch).div(whole).mul(100);
        },
        { ratios: true },
      );
    }
    const [whole, ...circuits] = await measureRuns(
      prompts,
      [{ edges: Number.NaN, logits: reference }, ...runs],
      (batch) => (logits) => batchAnswerDifference(logits, batch),
    );
    return circuits.map(({ edges, value }) => ({ edges, value: (100 * value) / whole!.value }));
  });
}
