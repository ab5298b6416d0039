import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type AblationType, ablationKind } from "../ablations/ablation-type.ts";
import { ablationName } from "../kinds.ts";
import type { Answers, PromptPair } from "./prompt-pair.ts";

/** Options of {@link equalPairs}. */
export interface EqualPairsOptions {
  /** What ablated edges take: resampled values of such a pair are those that are there already. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
}

const pairsKind = kind.listOf(kind.having("a prompt pair", "clean", "corrupt", "answers", "wrongAnswers"));
const check = signature("equalPairs", { pairs: pairsKind }, {
  ablation: ablationName,
} satisfies KindsOf<EqualPairsOptions>);

/**
 * Warnings about prompt pairs that say nothing: whose clean and corrupt prompts, or right and wrong answers, are the same. Answers that are numbers
 * are compared with the output alone.
 *
 * @returns a line for each kind; none where all pairs say something
 * @example
 * for (const warning of equalPairs(task.train.prompts)) console.warn(warning);
 */
export function equalPairs(pairs: readonly PromptPair[], options: EqualPairsOptions = {}): readonly string[] {
  check({ pairs }, options);
  const { ablation = "resample" } = options;
  return [equalPromptsWarning(pairs, ablation), equalAnswersWarning(pairs)].filter((line) => line !== undefined);
}

/** Options of {@link equalPairsProblem}. */
export interface EqualPairsProblemOptions extends EqualPairsOptions {
  /** What else can be given, in the reader's words. Default ``another `ablation` ("zero")``. */
  readonly another?: string | undefined;
}

const checkProblem = signature("equalPairsProblem", { pairs: pairsKind }, {
  ablation: ablationName,
  another: kind.text,
} satisfies KindsOf<EqualPairsProblemOptions>);

/**
 * Why no circuit can be looked for on prompt pairs: ablated edges take values of corrupt prompts, and all of these are the clean ones, so
 * whatever is ablated, nothing changes.
 *
 * @returns the problem and what to do; undefined where a pair differs, where there is none and for other ablations
 * @example
 * const problem = equalPairsProblem(task.train.prompts);
 * if (problem !== undefined) throw new Error(problem);
 */
export function equalPairsProblem(
  pairs: readonly PromptPair[],
  options: EqualPairsProblemOptions = {},
): string | undefined {
  checkProblem({ pairs }, options);
  const { ablation = "resample", another = 'another `ablation` ("zero")' } = options;
  if (!takesOtherRun(ablation) || pairs.length === 0 || !pairs.every(isEqual)) return undefined;
  return (
    `Clean and corrupt are the same in all ${pairs.length} prompt pairs, from ${firstPlace(pairs)} on: ablated edges would take the ` +
    `values that they have already. Give corrupt prompts that differ, or ${another}.`
  );
}

const checkDifferent = signature("requireDifferentPairs", { pairs: pairsKind }, {
  ablation: ablationName,
} satisfies KindsOf<EqualPairsOptions>);

/**
 * Holds that something can be found, or measured, by ablating edges on prompt pairs.
 *
 * @throws AutocircuitError `bad-input` where {@link equalPairsProblem} has a problem
 * @example
 * requireDifferentPairs(task.test.prompts, { ablation: "resample" });
 */
export function requireDifferentPairs(pairs: readonly PromptPair[], options: EqualPairsOptions = {}): void {
  checkDifferent({ pairs }, options);
  const problem = equalPairsProblem(pairs, options);
  if (problem !== undefined) throw new AutocircuitError("bad-input", problem);
}

/** Where the first of them stands in its file; loaders have them in another order. */
function firstPlace(pairs: readonly PromptPair[]): string {
  const places = pairs.map(({ where }, place) => where ?? `prompt ${place}`);
  return places.sort((a, b) => a.localeCompare(b, "en", { numeric: true }))[0]!;
}

function equalPromptsWarning(pairs: readonly PromptPair[], ablation: AblationType): string | undefined {
  const equal = pairs.filter(isEqual).length;
  if (equal === 0) return undefined;
  const all = equal === pairs.length;
  const count = all ? `all ${pairs.length} prompt pairs` : `${equal} of ${pairs.length} prompt pairs`;
  const consequence = !takesOtherRun(ablation)
    ? ""
    : all
      ? ": ablated edges take the values that they have already, so nothing can be found and no edge matters"
      : ": for these, ablated edges take the values that they have already, so they say nothing";
  return `warning: clean and corrupt are the same in ${count}${consequence}`;
}

/** Whether ablated edges take what they have in the pair's other prompt. */
function takesOtherRun(ablation: AblationType): boolean {
  return ablationKind(ablation).values === "other-run";
}

function isEqual({ clean, corrupt }: PromptPair): boolean {
  return clean.length === corrupt.length && clean.every((id, position) => id === corrupt[position]);
}

/**
 * A warning about prompt pairs whose wrong answers are the right ones; undefined where there is none, and for answers that are numbers, which
 * are compared with the output alone.
 */
function equalAnswersWarning(pairs: readonly PromptPair[]): string | undefined {
  if (pairs.some(({ answers }) => answers.flat().some((answer) => !Number.isInteger(answer)))) return undefined;
  const equal = pairs.flatMap((pair, place) =>
    isSame(pair.answers, pair.wrongAnswers) ? [pair.where ?? `prompt ${place}`] : [],
  );
  if (equal.length === 0) return undefined;
  const named = equal.slice(0, NAMED).join(", ") + (equal.length > NAMED ? ", ..." : "");
  return (
    `warning: the wrong answers are the right ones in ${equal.length} of ${pairs.length} prompt pairs ` +
    `(${named}): what is made of the difference of the two is 0 there, so they say nothing`
  );
}

/** Most prompts that are named. */
const NAMED = 5;

/** Whether both have the same answers, position by position where there are several; in any order. */
function isSame(right: Answers, wrong: Answers): boolean {
  const sets = (answers: Answers) =>
    JSON.stringify(
      Array.isArray(answers[0])
        ? (answers as readonly (readonly number[])[]).map(inOrder)
        : inOrder(answers as readonly number[]),
    );
  return right.length > 0 && sets(right) === sets(wrong);
}

function inOrder(answers: readonly number[]): number[] {
  return [...new Set(answers)].sort((a, b) => a - b);
}
