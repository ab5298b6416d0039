import { kind, signature } from "@autocircuit/base";

/** Values that differ by less than this share of them are the same: float32 sums of a few hundred terms are no better. */
const ROUNDING = 1e-5;

/** What the full model and the empty circuit give; faithfulness is measured between them. */
export interface FaithfulnessRange {
  /** Metric of the full model, such as its mean logit difference. */
  readonly full: number;
  /** Metric of the empty circuit, everything ablated. */
  readonly empty: number;
}

/**
 * Why there is nothing of a task's score to lose: `not-done`, the model does not do it (it scores lower than with everything ablated), or
 * `nothing-ablated`, ablating everything changes nothing.
 */
export type NothingToLose = "not-done" | "nothing-ablated";

/**
 * Whether the full model and the empty circuit differ by more than rounding. Where they do not, faithfulness
 * (`(circuit - empty) / (full - empty)`) has no unit, and what is divided by their difference is noise.
 */
export function haveRange(full: number, empty: number): boolean {
  const range = Math.abs(full - empty);
  return Number.isFinite(range) && range > ROUNDING * Math.max(Math.abs(full), Math.abs(empty));
}

const aNumber = kind.required(kind.such("a number", (value) => typeof value === "number"));
const check = signature("nothingToLose", {}, { full: aNumber, empty: aNumber });

/**
 * Whether a model has a score that a circuit could keep: null where it scores higher than with everything ablated, by more than rounding. Scores that are
 * alike, and also such as are equal, are `nothing-ablated`.
 *
 * @param range scores of which higher is better: of a loss, its negative
 * @example
 * const [full, empty] = await promptScores(model, prompts, [Circuit.where(model.graph, () => true), Circuit.of(model.graph, [])]);
 * if (nothingToLose({ full: full![0]!, empty: empty![0]! }) === "not-done") console.log("The model does not do this task.");
 */
export function nothingToLose(range: FaithfulnessRange): NothingToLose | null {
  check({}, range);
  const { full, empty } = range;
  if (!haveRange(full, empty)) return "nothing-ablated";
  return full < empty ? "not-done" : null;
}
