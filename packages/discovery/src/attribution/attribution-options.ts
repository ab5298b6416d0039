import { type KindsOf, kind } from "@autocircuit/base";
import { type AblationType, coreKinds } from "@autocircuit/core";
import { Ablation } from "@autocircuit/native";
import { type DiscoveryOptions, discoveryOptions } from "../discovery-options.ts";
import { type AnswerFunction, answerFunctions, type GradFunction, gradFunctions } from "../loss.ts";
import { ownValues, type WithAliases, withAliases } from "../own-names.ts";

/**
 * What gradients are taken of:
 *
 * - `answers`: of the answers, as `gradFunction` and `answerFunction` say,
 * - `kl-div`: KL(clean outputs || outputs), mean over prompts. Its gradient at the clean run is 0 by construction: algorithms that look only
 *   there refuse it,
 * - `faithfulness`: minus (m - m(empty)) / (m(full) - m(empty)), m the mean difference that `answers` gives over all prompts: the scores of
 *   `answers` in units in which the whole model is 1. Of a model that does worse than with every edge ablated that unit is negative, and every sign
 *   turns: a positive score is of an edge that makes it do worse (`findCircuit` has a note of it).
 */
export type AttributionLoss = "answers" | "kl-div" | "faithfulness";

/** The names of the losses. */
export const attributionLosses: readonly AttributionLoss[] = ["answers", "kl-div", "faithfulness"];

/** Options that all methods of attribution by gradients take. */
export interface AttributionOptions extends DiscoveryOptions {
  /** Default `"answers"`. */
  readonly loss?: WithAliases<AttributionLoss> | undefined;
  /** What of the outputs the loss of answers is made of. Default `"logit"`. Not with `"kl-div"`. */
  readonly gradFunction?: WithAliases<GradFunction> | undefined;
  /** How the answers make a loss. Default `"avg-diff"`. Not with `"kl-div"`. */
  readonly answerFunction?: WithAliases<AnswerFunction> | undefined;
  /** What ablating an edge puts in the place of its source's output: a type, made from the corrupt prompts, or values for all prompts. */
  readonly ablation?: AblationType | Ablation | undefined;
  /**
   * Called with the scores of each prompt alone, by its own loss; their sum divided by the batch size is what a batch adds. So the scores of all are
   * as many times the mean over prompts as there are batches: `bootstrap` takes them as its `scores` to give intervals in their unit.
   */
  readonly onPrompt?: ((scores: Float32Array, prompt: number) => void) | undefined;
}

/** What {@link AttributionOptions} may be. */
export const attributionOptions: KindsOf<AttributionOptions> = {
  ...discoveryOptions,
  loss: kind.oneOf(withAliases(attributionLosses)),
  gradFunction: kind.oneOf(withAliases(gradFunctions)),
  answerFunction: kind.oneOf(withAliases(answerFunctions)),
  ablation: kind.either(coreKinds.ablationName, kind.instance(Ablation, "an Ablation")),
  onPrompt: kind.callback,
};

/** The options as they are written down beside scores. */
export function recordedOptions(options: AttributionOptions): Record<string, unknown> {
  const {
    loss = "answers",
    gradFunction = "logit",
    answerFunction = "avg-diff",
    ablation = "resample",
  } = ownValues(options);
  return {
    loss,
    ...(loss !== "kl-div" && { gradFunction, answerFunction }),
    ablation: typeof ablation === "string" ? ablation : "given",
  };
}
