import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type PatchableModel } from "@autocircuit/core";
import type { AttributionOptions } from "../attribution/attribution-options.ts";
import { requireGradient } from "../attribution/score-prompts.ts";
import { pathSteps } from "../attribution/steps.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import { type SpanAlgorithm, spanAlgorithmNames } from "./span-options.ts";

/** The algorithms that score edges inside heads: those whose score is a difference by the mean of gradients at some runs, each its own. */
export type CrossingAlgorithm = Exclude<SpanAlgorithm, "ceap" | "exact" | "information-flow-routes">;

/** How an algorithm takes its gradients, as the algorithm of the same name has it; each belongs to some algorithms. */
export interface CrossingAlgorithmOptions {
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

/** The options of each algorithm. */
const OWN: Readonly<Record<CrossingAlgorithm, readonly (keyof CrossingAlgorithmOptions)[]>> = {
  "edge-attribution": [],
  "clean-corrupted": [],
  "eap-ig-inputs": ["steps"],
  "eap-ig-activations": ["steps"],
  "eap-gp": ["steps", "from", "path"],
  relp: ["norms", "activations", "gates", "attention"],
};

/** The names of the algorithms. */
export const crossingAlgorithms = Object.keys(OWN) as readonly CrossingAlgorithm[];

/** The names of all their options. */
const optionNames = [...new Set(Object.values(OWN).flat())];

/** Why the others have none. */
const NONE: Readonly<Record<Exclude<SpanAlgorithm, CrossingAlgorithm>, string>> = {
  ceap: "it follows outputs step by step, and what a head makes of a replaced pair is computed between the two ends alone",
  exact: "it takes no gradients, and would run the model for every pair of tokens of every head",
  "information-flow-routes": "it takes no gradients, and its shares are of what values carry, not of queries and keys",
};

/** What {@link CrossingAlgorithmOptions} may be. */
export const crossingOptions: KindsOf<CrossingAlgorithmOptions> = {
  steps: pathSteps,
  from: kind.oneOf(["clean", "corrupt"]),
  path: kind.oneOf(["input", "source"]),
  norms: kind.flag,
  activations: kind.flag,
  gates: kind.flag,
  attention: kind.flag,
};
const check = signature("noCrossing", {
  model: coreKinds.patchableModel,
  algorithm: kind.oneOf(withAliases(spanAlgorithmNames)),
  options: kind.record,
});

/**
 * Why an algorithm scores no edges inside the heads of a model, with the options that it is given, of which others do not matter; null where it does. `crossingScores` refuses
 * it with that.
 *
 * @example
 * noCrossing(task.model, "exact"); // "it takes no gradients, and would run the model for every pair of tokens of every head"
 */
export function noCrossing(
  model: PatchableModel,
  name: WithAliases<SpanAlgorithm>,
  options: CrossingAlgorithmOptions = {},
): string | null {
  check({ model, algorithm: name, options });
  const algorithm = ownName<SpanAlgorithm>(name);
  const { path, norms = true, attention = false } = options;
  if (algorithm in NONE) return NONE[algorithm as keyof typeof NONE];
  if (algorithm === "eap-gp" && path === "source")
    return 'with `path: "source"` every source has a path of its own, and what a head attends with comes from all of them';
  if (algorithm !== "relp") return null;
  if (attention)
    return "with `attention` it holds patterns constant, and edges into queries and keys are what moves them";
  if (norms && model.transformer.normsAttention)
    return "with `norms` it holds the denominator of the norm behind attention constant, and a head's output moves it: give `norms: false`";
  return null;
}

/**
 * @throws AutocircuitError `bad-input` for an algorithm that scores no edges inside heads, an option of another algorithm, and "kl-div" where gradients are
 *   those of the clean run alone
 */
export function requireCrossing(
  model: PatchableModel,
  algorithm: SpanAlgorithm,
  { loss, ...options }: CrossingAlgorithmOptions & { loss: AttributionOptions["loss"] },
): asserts algorithm is CrossingAlgorithm {
  const why = noCrossing(model, algorithm, options);
  if (why !== null)
    throw new AutocircuitError(
      "bad-input",
      `crossingScores: ${algorithm} has no scores of edges inside heads: ${why}. These have: ${crossingAlgorithms.join(", ")}.`,
    );
  const own = OWN[algorithm as CrossingAlgorithm];
  const idle = optionNames.find((name) => options[name] !== undefined && !own.includes(name));
  if (idle !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `crossingScores: \`${idle}\` does nothing with ${algorithm}, ${own.length === 0 ? "which has no options of its own" : `whose own options are ${own.join(", ")}`}. Leave it out.`,
    );
  const cleanOnly =
    algorithm === "edge-attribution" ||
    algorithm === "relp" ||
    (algorithm === "eap-ig-activations" && options.steps === 1);
  if (cleanOnly) requireGradient(loss, algorithm);
}
