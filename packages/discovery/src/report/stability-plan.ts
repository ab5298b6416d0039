import { type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type LoadedTask, memoryBudgets, type PromptPair, scoreBytes } from "@autocircuit/core";
import { fewestResamples, numberPrompts } from "@autocircuit/metrics";
import { algorithms } from "../algorithms.ts";
import { type FindCircuitOptions, findCircuitOptions } from "../find-circuit/find-circuit-options.ts";
import { type Plan, planOf } from "../find-circuit/plan-circuit.ts";

/** Most resamples where nothing else is asked for. */
export const USUAL_RESAMPLES = 200;
/** Steps of work, a nanosecond or two each, that the usual and the fewest resamples may take unasked. */
const [USUAL_WORK, MOST_WORK] = [5e8, 3e9];
/** What choosing the largest scores takes for each, in such steps, and how many additions one is: they are made by products of matrices. */
const [CHOOSING, ADDITIONS] = [40, 5];

/** A discovery whose circuit's stability is to be told: what `findCircuit` is asked for. */
export interface StabilityOptions extends FindCircuitOptions {
  /** Resamples of the prompts that are asked for. Default: 100 to 200, by the time that they take. */
  readonly resamples?: number | undefined;
}

/**
 * Why there are no scores of single prompts to draw from: a circuit without edges (`empty`), a search that keeps answers and ranks no prompts
 * (`keep`), an algorithm that gives none (`algorithm`), options with which there are none (`ranks`, `ablate-from`), a single prompt, however often, more
 * memory than may be spent, or more time than unasked.
 */
export type NoStability = "empty" | "keep" | "algorithm" | "ranks" | "ablate-from" | "one-prompt" | "memory" | "time";

/** How the stability of a circuit is to be told. */
export interface StabilityPlan {
  /** How often the prompts are to be drawn again; null where that cannot be. */
  readonly resamples: number | null;
  readonly reason: NoStability | null;
  /** The fewest resamples that say anything. */
  readonly fewest: number;
  /** What the scores of single prompts take in memory, and may take. */
  readonly bytes: number;
  readonly mostBytes: number;
  /**
   * What `findCircuit` is to be given for it: the options, with the algorithm that they come to, which gives the scores of each prompt to
   * {@link rows}. As they were where there are none.
   */
  readonly find: FindCircuitOptions;
  /** The scores of each prompt, once `findCircuit` has run with {@link find}. */
  readonly rows: readonly Float32Array[];
}

const check = signature("stabilityPlan", { task: coreKinds.loadedTask }, {
  ...findCircuitOptions,
  options: kind.shape("options of an algorithm, where `onPrompt` is a function", {
    onPrompt: kind.optional(kind.callback),
  }),
  resamples: kind.count,
} satisfies KindsOf<StabilityOptions>);

/**
 * Whether a discovery can tell how stable its circuit is, and with how many resamples of the prompts: of every algorithm that gives the scores
 * of single prompts, as long as they take little memory and time, or as they are asked for.
 *
 * @throws AutocircuitError as `planOf` does
 * @example
 * const plan = stabilityPlan(task, { algorithm: "eap-ig-inputs", size: 20 });
 * const found = await findCircuit(task, plan.find);
 * const stability = await foundStability(task, found, plan);
 * console.log(stability?.jaccard ?? plan.reason);
 */
export function stabilityPlan(task: LoadedTask, options: StabilityOptions = {}): StabilityPlan {
  check({ task }, options);
  const { resamples: asked, ...find } = options;
  const planned = planOf(task, find);
  const promptCount = task.train.promptCount;
  const { edgeCount } = task.model.graph;
  const bytes = promptCount * scoreBytes(edgeCount);
  const mostBytes = asked === undefined ? memoryBudgets.heldScores.unasked : memoryBudgets.heldScores.asked;
  const work = edgeCount * (promptCount / ADDITIONS + CHOOSING);
  const tooLong = asked === undefined && fewestResamples * work > MOST_WORK ? "time" : null;
  const reason = withoutRows(planned) ?? faultOf(find, task.train.prompts) ?? (bytes > mostBytes ? "memory" : tooLong);
  const usual = Math.max(fewestResamples, Math.min(USUAL_RESAMPLES, Math.floor(USUAL_WORK / work)));
  const resamples = reason === null ? (asked ?? usual) : null;
  const kept = reason === null ? keepingRows(find, planned) : { find, rows: [] };
  return { resamples, reason, fewest: fewestResamples, bytes, mostBytes, ...kept };
}

/** The options with the algorithm named, so that an option more does not make it another, and each prompt's scores kept. */
function keepingRows(find: FindCircuitOptions, { algorithm }: Plan): Pick<StabilityPlan, "find" | "rows"> {
  const rows: Float32Array[] = [];
  const told = find.options?.onPrompt as ((scores: Float32Array, prompt: number) => void) | undefined;
  const onPrompt = (scores: Float32Array, prompt: number) => {
    rows[prompt] = scores;
    told?.(scores, prompt);
  };
  return { find: { ...find, algorithm, options: { ...find.options, onPrompt } }, rows };
}

/** Why there are no scores of single prompts, whatever the algorithm's options and the prompts. */
function withoutRows({ algorithm, size, keep }: Plan): NoStability | null {
  if (size === 0) return "empty";
  if (keep !== undefined) return "keep";
  return algorithm && "perPrompt" in algorithms[algorithm] ? null : "algorithm";
}

/** Why an algorithm that gives scores of single prompts does not this time, or they cannot be drawn from. */
function faultOf({ options = {} }: FindCircuitOptions, prompts: readonly PromptPair[]): NoStability | null {
  if (options.normalise === "rank") return "ranks";
  if (options.ablateFrom !== undefined) return "ablate-from";
  return new Set(numberPrompts(prompts)).size < 2 ? "one-prompt" : null;
}
