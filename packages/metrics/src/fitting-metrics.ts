import { AutocircuitError, kind, signature } from "@autocircuit/base";
import type { PatchableModel } from "@autocircuit/core";
import { type MetricName, metrics, type NamedMetric } from "./metrics.ts";

const hasConfig = kind.shape("a PatchableModel, or what else has its `config`", {
  config: kind.shape("", { dVocabOut: kind.count }),
});
const checkUsual = signature("usualMetrics", { model: hasConfig, all: kind.optional(kind.flag) });

/**
 * The metrics that say most about a model's outputs; with `all` every one that makes sense for them.
 *
 * @throws AutocircuitError `bad-input` for what has no model's configuration
 */
export function usualMetrics(model: Pick<PatchableModel, "config">, all = false): MetricName[] {
  checkUsual({ model, all });
  if (all) return (Object.keys(metrics) as MetricName[]).filter((name) => fits(name, model));
  return givesNumbers(model)
    ? ["mean-squared-error", "max-abs-diff", "answer-mean-squared-error"]
    : ["kl-clean", "max-abs-diff", "logit-diff", "answer-prob", "correct-percent"];
}

const checkFitting = signature("requireFittingMetrics", {
  model: hasConfig,
  names: kind.listOf(kind.oneOf(Object.keys(metrics))),
  what: kind.optional(kind.text),
});

/**
 * Holds that metrics make sense for a model's outputs.
 *
 * @param what of the message: what they were to be measured on. Default `"this model"`
 * @throws AutocircuitError `bad-input` naming those that do not, and those that do
 * @example
 * requireFittingMetrics(task.model, ["kl-clean"]);
 */
export function requireFittingMetrics(
  model: Pick<PatchableModel, "config">,
  names: readonly MetricName[],
  what = "this model",
): void {
  checkFitting({ model, names, what });
  const unfit = names.filter((name) => !fits(name, model));
  if (unfit.length === 0) return;
  const outputs = givesNumbers(model) ? "numbers, not a distribution over tokens" : "logits of tokens, not numbers";
  throw new AutocircuitError(
    "bad-input",
    `${unfit.join(", ")} cannot be measured on ${what}, whose outputs are ${outputs}. ` +
      `Leave it out, or take some of: ${usualMetrics(model, true).join(", ")}.`,
  );
}

function givesNumbers({ config }: Pick<PatchableModel, "config">): boolean {
  return config.dVocabOut === 1;
}

function fits(name: MetricName, model: Pick<PatchableModel, "config">): boolean {
  const { answers, distribution = false }: NamedMetric = metrics[name];
  return givesNumbers(model) ? answers !== "tokens" && !distribution : answers !== "numbers";
}
