import { AutocircuitError } from "@autocircuit/base";
import type { AblationType, LoadedTask } from "@autocircuit/core";
import { defaultTaus } from "../acdc/acdc.ts";
import { type AlgorithmName, algorithms } from "../algorithms.ts";
import type { OptionSpec } from "../named-algorithm.ts";
import { ownValues } from "../own-names.ts";

/** The threshold on the rise of the divergence that ACDC has where none is given and one circuit is looked for. */
export const USUAL_TAU = 1e-3;

/** What scores are for. */
export type ScoresFor = "one-circuit" | "curve";

/** ACDC's thresholds where none are given: one for one circuit; several for a curve, as each gives a circuit of another size, and one only two. */
const usualTaus: Readonly<Record<ScoresFor, readonly number[]>> = { "one-circuit": [USUAL_TAU], curve: defaultTaus };

/** Whether the model gives one number a position, which is no distribution. */
export function outputsNumbers({ model }: Pick<LoadedTask, "model">): boolean {
  return model.config.dVocabOut === 1;
}

/** What is known of an option of an algorithm; undefined where it has none of that name. */
export function optionOf(algorithm: AlgorithmName, name: string): OptionSpec | undefined {
  return (algorithms[algorithm].options as readonly OptionSpec[]).find((option) => option.name === name);
}

/**
 * What ablated edges take, while edges are scored and while the circuit is measured: what was asked for, or what the algorithm's own option
 * says, or the algorithm's default. Probing by edge patching takes the clean prompts' own values.
 *
 * @param options of the algorithm
 * @throws AutocircuitError `bad-input` where the option says something else than was asked for
 */
export function ablationFor(
  algorithm: AlgorithmName | undefined,
  options: Readonly<Record<string, unknown>>,
  asked?: AblationType,
): AblationType {
  const own = options.ablation as AblationType | undefined;
  if (asked !== undefined && own !== undefined && asked !== own)
    throw new AutocircuitError(
      "bad-input",
      `The ablation is ${asked}, and the algorithm's option \`ablation\` is ${own}: edges would be scored with one and the circuit measured ` +
        "with the other. Give one of them.",
    );
  const said = asked ?? own;
  if (said !== undefined) return said;
  if (algorithm === undefined || options.patch === "edge") return "resample";
  return (optionOf(algorithm, "ablation")?.default as AblationType | undefined) ?? "resample";
}

/** Whether an algorithm with these options trains what ablated edges take, and so takes no ablation of a type. */
export function trainsAblation(options: Readonly<Record<string, unknown>>): boolean {
  return options.optimalAblation === true;
}

/** What {@link fittingOptions} are to fit, beside the task. */
export interface FittingOptions {
  /** Options of the algorithm, which go before. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly ablation: AblationType;
  /** Whether one circuit is made of the scores (default) or circuits of many sizes, as experiments and sweeps measure them. */
  readonly scoresFor?: ScoresFor;
}

/** The options of an algorithm: those given, and defaults that suit the task (a model that gives one number has no distribution). */
export function fittingOptions(
  algorithm: AlgorithmName,
  task: Pick<LoadedTask, "model" | "knownEdges">,
  { options: asked = {}, ablation, scoresFor = "one-circuit" }: FittingOptions,
): Record<string, unknown> {
  const options: Readonly<Record<string, unknown>> = ownValues(asked);
  const numbers = outputsNumbers(task);
  const defaults = {
    taus: usualTaus[scoresFor],
    target: numbers ? "mean-squared-error" : "kl-div",
    // KL divergence compares outputs and looks at no answers.
    ...(options.loss !== "kl-div" && { answerFunction: numbers ? "mean-squared-error" : "avg-diff" }),
    ...(!trainsAblation(options) && { ablation }),
    // Only "ground-truth" must be told a circuit: the known one, if there is one.
    ...(optionOf(algorithm, "edges")?.required && task.knownEdges && { edges: task.knownEdges }),
    ...(task.knownEdges && { knownEdges: task.knownEdges }),
  };
  const fitting = Object.entries(defaults).filter(([name]) => optionOf(algorithm, name) !== undefined);
  return { ...Object.fromEntries(fitting), ...options };
}
