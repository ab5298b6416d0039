import type { AttributionOptions } from "../attribution/attribution-options.ts";
import { ceap } from "../attribution/ceap.ts";
import { cleanCorrupted } from "../attribution/clean-corrupted.ts";
import { cleanRunScores } from "../attribution/clean-run-scores.ts";
import { eapGp } from "../attribution/eap-gp.ts";
import { eapIgActivations } from "../attribution/eap-ig-activations.ts";
import { eapIgInputs } from "../attribution/eap-ig-inputs.ts";
import { exact } from "../attribution/exact.ts";
import { informationFlowRoutes } from "../attribution/information-flow.ts";
import { relp } from "../attribution/relp.ts";
import { ownName, type WithAliases } from "../own-names.ts";

/**
 * The algorithms that give scores of single tokens, prompt by prompt. `mean-of-methods` is none: each batch of prompts of one length would
 * have its own scale.
 */
export const spanAlgorithms = {
  ceap,
  "clean-corrupted": cleanCorrupted,
  "eap-gp": eapGp,
  "eap-ig-activations": eapIgActivations,
  "eap-ig-inputs": eapIgInputs,
  "edge-attribution": cleanRunScores,
  exact,
  "information-flow-routes": informationFlowRoutes,
  relp,
};

/** What gives the scores of single tokens. */
export type SpanAlgorithm = keyof typeof spanAlgorithms;

/** The names of these algorithms. */
export const spanAlgorithmNames = Object.keys(spanAlgorithms) as readonly SpanAlgorithm[];

/** The algorithm over spans that a name means, its own or another one; undefined where there is none. */
export function spanAlgorithmNamed(name: string): SpanAlgorithm | undefined {
  return spanAlgorithmNames.find((own) => own === ownName<string>(name));
}

/** How the scores of a span's tokens become one in a prompt: their sum, their mean, the sum of their magnitudes, or the largest of those. */
export type SpanAggregation = "sum" | "mean" | "sum-abs" | "max-abs";

/** The names of the aggregations. */
export const spanAggregations: readonly SpanAggregation[] = ["sum", "mean", "sum-abs", "max-abs"];

/** Options of {@link spanScores}. */
export interface SpanScoresOptions extends Omit<AttributionOptions, "onPrompt"> {
  /** Default `"eap-ig-inputs"`. */
  readonly algorithm?: WithAliases<SpanAlgorithm> | undefined;
  /** The algorithm's own options beside those that all have, such as `{ steps: 10 }`. Default: none, so that they have their defaults. */
  readonly algorithmOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Default `"sum"`. */
  readonly aggregation?: SpanAggregation | undefined;
  /** Prompts that are run together, at most. Default 16. */
  readonly batchSize?: number | undefined;
}
