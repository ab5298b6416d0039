import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel } from "@autocircuit/core";
import type { AttributionLoss } from "../attribution/attribution-options.ts";
import { requireGradient } from "../attribution/score-prompts.ts";
import { type SpanMethod, spanMethodNames } from "./span-options.ts";

/** The methods that score edges inside heads: those whose score is a difference by the mean of gradients at some runs, each its own. */
export type CrossingMethod = Exclude<SpanMethod, "ceap" | "exact" | "information-flow-routes">;

/** How a method takes its gradients, as the method of the same name has it; each belongs to some methods. */
export interface CrossingMethodOptions {
  /** Points of eap-ig-inputs, eap-ig-activations and eap-gp. Default 5. */
  readonly steps?: number | undefined;
  /** Where the path of eap-gp starts. Default `"clean"`. */
  readonly from?: "clean" | "corrupt" | undefined;
  /** Whose output moves in eap-gp: the embedding (default); of `"source"` there are no crossing edges. */
  readonly path?: "input" | "source" | undefined;
  /** What relp holds constant. Default: all but `attention`, with which there are no crossing edges. */
  readonly norms?: boolean | undefined;
  readonly activations?: boolean | undefined;
  readonly gates?: boolean | undefined;
  readonly attention?: boolean | undefined;
}

/** The options of each method. */
const OWN: Readonly<Record<CrossingMethod, readonly (keyof CrossingMethodOptions)[]>> = {
  eap: [],
  "clean-corrupted": [],
  "eap-ig-inputs": ["steps"],
  "eap-ig-activations": ["steps"],
  "eap-gp": ["steps", "from", "path"],
  relp: ["norms", "activations", "gates", "attention"],
};

/** The names of the methods. */
export const crossingMethods = Object.keys(OWN) as readonly CrossingMethod[];

/** The names of all their options. */
const optionNames = [...new Set(Object.values(OWN).flat())];

/** Why the others have none. */
const NONE: Readonly<Record<Exclude<SpanMethod, CrossingMethod>, string>> = {
  ceap: "it follows outputs step by step, and what a head makes of a replaced pair is computed between the two ends alone",
  exact: "it takes no gradients, and would run the model for every pair of tokens of every head",
  "information-flow-routes": "it takes no gradients, and its shares are of what values carry, not of queries and keys",
};

/** What {@link CrossingMethodOptions} may be. */
export const crossingOptions: KindsOf<CrossingMethodOptions> = {
  steps: kind.count,
  from: kind.oneOf(["clean", "corrupt"]),
  path: kind.oneOf(["input", "source"]),
  norms: kind.flag,
  activations: kind.flag,
  gates: kind.flag,
  attention: kind.flag,
};
const check = signature("noCrossing", {
  model: coreKinds.patchableModel,
  method: kind.oneOf(spanMethodNames),
  options: kind.record,
});

/**
 * Why a method scores no edges inside the heads of a model, with the options that it is given, of which others do not matter; null where it does. `crossingScores` refuses
 * it with that.
 *
 * @example
 * noCrossing(task.model, "exact"); // "it takes no gradients, ..."
 */
export function noCrossing(
  model: PatchableModel,
  method: SpanMethod,
  options: CrossingMethodOptions = {},
): string | null {
  check({ model, method, options });
  const { path, norms = true, attention = false } = options;
  if (method in NONE) return NONE[method as keyof typeof NONE];
  if (method === "eap-gp" && path === "source")
    return 'with `path: "source"` every source has a path of its own, and what a head attends with comes from all of them';
  if (method !== "relp") return null;
  if (attention)
    return "with `attention` it holds patterns constant, and edges into queries and keys are what moves them";
  if (norms && model.transformer.normsAttention)
    return "with `norms` it holds the denominator of the norm behind attention constant, and a head's output moves it: give `norms: false`";
  return null;
}

/**
 * @throws AutocircuitError `bad-input` for a method that scores no edges inside heads, an option of another method, and "kl_div" where gradients are
 *   those of the clean run alone
 */
export function requireCrossing(
  model: PatchableModel,
  method: SpanMethod,
  { loss, ...options }: CrossingMethodOptions & { loss: AttributionLoss | undefined },
): asserts method is CrossingMethod {
  const why = noCrossing(model, method, options);
  if (why !== null)
    throw new AutocircuitError(
      "bad-input",
      `crossingScores: ${method} has no scores of edges inside heads: ${why}. These have: ${crossingMethods.join(", ")}.`,
    );
  const own = OWN[method as CrossingMethod];
  const idle = optionNames.find((name) => options[name] !== undefined && !own.includes(name));
  if (idle !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `crossingScores: \`${idle}\` does nothing with ${method}, ${own.length === 0 ? "which has no options of its own" : `whose own options are ${own.join(", ")}`}. Leave it out.`,
    );
  const cleanOnly = method === "eap" || method === "relp" || (method === "eap-ig-activations" && options.steps === 1);
  if (cleanOnly) requireGradient(loss, method);
}
