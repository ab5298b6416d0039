import { AutocircuitError, type KindsOf, signature } from "@autocircuit/base";
import { coreKinds, type PromptLoader, type PromptSide } from "@autocircuit/core";
import type { Tensor } from "@autocircuit/native";
import type { MeasuredRun } from "./measured-run.ts";
import {
  type MeasuredModel,
  type MetricOptions,
  type MetricValue,
  measureRuns,
  metricOptions,
  withFullModel,
} from "./metric.ts";
import { perPrompt } from "./per-prompt.ts";
import { logprob } from "./value-functions.ts";

/** Options of {@link klDivergence}. */
export interface KlOptions extends MetricOptions {
  /** The full model's prompt to compare with. Default `"clean"`. */
  from?: PromptSide;
}

const check = signature("klDivergence", {}, {
  ...metricOptions,
  from: coreKinds.promptSide,
} satisfies KindsOf<KlOptions>);

/**
 * KL divergence of the circuit's output distribution from the full model's, `KL(full || circuit)` in nats: mean over
 * prompts and output positions. Negative rounding errors are cut to 0.
 *
 * @throws AutocircuitError when the output has a single value, which is no distribution
 *
 * @example
 * const runs = await runCircuits(task.model, task.test, { scores, patch: "tree", ablation: "resample" });
 * console.table(await klDivergence(task.model, task.test, runs));
 */
export async function klDivergence(
  model: MeasuredModel,
  prompts: PromptLoader,
  runs: readonly MeasuredRun[],
  options: KlOptions = {},
): Promise<MetricValue[]> {
  check({}, options);
  return withFullModel(model, prompts, options, async (full) => {
    const reference = await full.logits(options.from ?? "clean", options);
    const measured = await measureRuns(prompts, runs, (_, index) => {
      const logprobs = logprob(reference[index]!);
      return (logits) => klOfLogprobs(logprobs, logprob(logits));
    });
    return measured.map(({ size, value }) => ({ size, value: Math.max(0, value) }));
  });
}

/**
 * KL divergence between log-probabilities, mean over the positions: `[batch, (positions,) vocabulary]` to `[batch]`, in
 * nats. Not cut at 0.
 *
 * @param full log-probabilities of the distribution the expectation is taken over
 * @param circuit log-probabilities of the other one
 */
export function klOfLogprobs(full: Tensor, circuit: Tensor): Tensor {
  const dim = full.shape.length - 1;
  if (full.shape[dim] === 1) {
    throw new AutocircuitError(
      "shape",
      "The output has a single value, which is no distribution: KL divergence is always 0. Use the mean squared error.",
    );
  }
  return perPrompt(full.exp().mul(full.sub(circuit)).sum(dim));
}
