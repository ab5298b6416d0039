import type { PairAlignment, PatchType, Rank } from "@autocircuit/core";
import type { MibSelection, Selection } from "@autocircuit/discovery";
import type { ProcessingOptions } from "@autocircuit/models";

/** Types that a model computes in. Names that options take are repeated here so that --help needs no addon; a test holds them equal to the packages' own. */
export const DTYPES = ["float32", "float64", "bfloat16", "float16"] as const;

/** What ACDC keeps small. */
export const ACDC_TARGETS = ["kl-div", "mean-squared-error"] as const;

/** What gradients are taken of. */
export const GRAD_FUNCTIONS = ["logit", "prob", "logprob", "logit-exp"] as const;

/** How answers become one number. */
export const ANSWER_FUNCTIONS = ["avg-diff", "max-diff", "avg-val", "mean-squared-error"] as const;

/** Tests of a circuit. */
export const CIRCUIT_TESTS = ["equivalence", "independence", "minimality", "sufficiency", "partial-necessity"] as const;

/** How well a prompt is answered. */
export const PROMPT_SCORES = ["logit-diff", "answer-logprob", "answer-error"] as const;

/** How the scores of a span's tokens become one. */
export const SPAN_AGGREGATIONS = ["sum", "mean", "sum-abs", "max-abs"] as const;

/** What edges are ranked by: the size of their scores, or the scores. */
export const RANKS = ["absolute", "signed"] as const satisfies readonly Rank[];

/** How so many edges are taken of scores; of these, those that the benchmark's sizes are taken by. */
export const SELECTIONS = ["top", "greedy", "exact"] as const satisfies readonly Selection[];
export const MIB_SELECTIONS = ["top", "greedy"] as const satisfies readonly MibSelection[];

/** Which of the prompts circuits run on. */
export const PATCH_TYPES = ["tree", "edge"] as const satisfies readonly PatchType[];

/** How the positions of pairs of unequal length belong together. */
export const PAIR_ALIGNMENTS = ["end", "words"] as const satisfies readonly PairAlignment[];

/** Steps of weight processing, as the loader names them; on the command line as {@link kebabOf} writes them. */
export const PROCESSING_STEPS = [
  "foldLn",
  "centerWritingWeights",
  "centerUnembed",
  "foldValueBiases",
] as const satisfies readonly (keyof ProcessingOptions)[];

/** Names in a sentence: "tree or edge". */
export function anyOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
