import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { type PatchableModel, type PromptLoader, PruneScores } from "@autocircuit/core";
import { modelAndPrompts } from "../discovery-options.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import { type AttributionOptions, attributionOptions, recordedOptions } from "./attribution-options.ts";
import { ceap } from "./ceap.ts";
import { cleanCorrupted } from "./clean-corrupted.ts";
import { cleanRunScores } from "./clean-run-scores.ts";
import { eapGp } from "./eap-gp.ts";
import { eapIgActivations } from "./eap-ig-activations.ts";
import { eapIgInputs } from "./eap-ig-inputs.ts";
import { relp } from "./relp.ts";

const algorithms = {
  "edge-attribution": cleanRunScores,
  "eap-ig-inputs": eapIgInputs,
  "eap-ig-activations": eapIgActivations,
  "clean-corrupted": cleanCorrupted,
  ceap,
  "eap-gp": eapGp,
  relp,
} as const;

/** An algorithm whose scores {@link meanOfMethods} may take. */
export type MeanAlgorithm = keyof typeof algorithms;

/** Their names. */
export const meanAlgorithms = Object.keys(algorithms) as readonly MeanAlgorithm[];

/** The three whose mean did best in the benchmark's shared task of 2025. */
export const usualMeanAlgorithms: readonly MeanAlgorithm[] = [
  "edge-attribution",
  "eap-ig-inputs",
  "eap-ig-activations",
];

/**
 * How the scores of algorithms are made comparable before their mean is taken:
 *
 * - `scale`: each algorithm's are divided by their mean size, so that none counts more for the units that it has,
 * - `rank`: each score is replaced by its rank by size, from 0 to 1, with its sign,
 * - `none`: as they are.
 */
export type ScoreNormalisation = "scale" | "rank" | "none";

/** The names of the normalisations. */
export const scoreNormalisations: readonly ScoreNormalisation[] = ["scale", "rank", "none"];

/** Options of {@link meanOfMethods}. */
export interface MeanOfMethodsOptions extends AttributionOptions {
  /** At least two. Default: EAP, EAP-IG over inputs, EAP-IG over activations. */
  readonly algorithms?: readonly WithAliases<MeanAlgorithm>[] | undefined;
  /** Default `"scale"`. */
  readonly normalise?: ScoreNormalisation | undefined;
}

const check = signature("meanOfMethods", modelAndPrompts, {
  ...attributionOptions,
  algorithms: kind.listOf(kind.oneOf(withAliases(meanAlgorithms))),
  normalise: kind.oneOf(scoreNormalisations),
} satisfies KindsOf<MeanOfMethodsOptions>);

/**
 * The mean of several algorithms' scores, made comparable first: what they agree on counts (the "parallel ensemble" of the MIB shared task of 2025,
 * arXiv:2510.06811, which takes the plain mean). Cost: that of the algorithms together; other options are theirs, and steps their defaults.
 *
 * @throws AutocircuitError `bad-input` for fewer than two algorithms, the same one twice, one that scores all edges 0, and per-prompt scores of
 *   ranks, which do not add up; and as the algorithms do
 *
 * @example
 * const scores = await meanOfMethods(task.model, task.train, { algorithms: ["eap-ig-inputs", "relp"] });
 */
export async function meanOfMethods(
  model: PatchableModel,
  prompts: PromptLoader,
  options: MeanOfMethodsOptions = {},
): Promise<PruneScores> {
  check({ model, prompts }, options);
  const { algorithms: asked = usualMeanAlgorithms, normalise = "scale", onPrompt, onProgress, ...shared } = options;
  const names = asked.map((name) => ownName<MeanAlgorithm>(name));
  requireSeveral(names, normalise, onPrompt !== undefined);
  const mean = new Float64Array(model.graph.edgeCount);
  const perPrompt: Float64Array[] = [];
  for (const [place, name] of names.entries()) {
    const rows: Float32Array[] = [];
    const { values } = await algorithms[name](model, prompts, {
      ...shared,
      ...(onPrompt && { onPrompt: (scores: Float32Array) => rows.push(scores) }),
      onProgress: ({ done, total }) => onProgress?.({ done: place * total + done, total: names.length * total }),
    });
    const factor = factorOf(values, normalise, name) / names.length;
    const normalised = normalise === "rank" ? signedRanks(values) : values;
    for (let edge = 0; edge < mean.length; edge++) mean[edge]! += normalised[edge]! * factor;
    rows.forEach((row, prompt) => {
      perPrompt[prompt] ??= new Float64Array(mean.length);
      for (let edge = 0; edge < mean.length; edge++) perPrompt[prompt][edge]! += row[edge]! * factor;
    });
  }
  for (const [prompt, scores] of perPrompt.entries()) onPrompt!(Float32Array.from(scores), prompt);
  return new PruneScores(model.graph, Float32Array.from(mean), {
    algorithm: "mean-of-methods",
    options: { ...recordedOptions(options), algorithms: names, normalise },
  });
}

function requireSeveral(names: readonly MeanAlgorithm[], normalise: ScoreNormalisation, perPrompt: boolean): void {
  const bad = (reason: string) => new AutocircuitError("bad-input", `mean-of-methods: ${reason}`);
  if (names.length < 2) throw bad(`a mean needs at least two algorithms, not ${names.length}.`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw bad(`${twice} is named twice: it would count twice.`);
  if (perPrompt && normalise === "rank")
    throw bad("ranks of single prompts do not add up to those of all. Normalise by scale.");
}

function factorOf(values: Float32Array, normalise: ScoreNormalisation, name: string): number {
  if (normalise !== "scale") return 1;
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  if (size > 0) return 1 / size;
  throw new AutocircuitError(
    "bad-input",
    `mean-of-methods: ${name} scores all edges 0, so that there is no scale to divide by. Are clean and corrupt prompts different?`,
  );
}

/** Ranks by size from 0 to 1, equal ones sharing the mean of theirs, with the scores' signs. */
function signedRanks(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && Math.abs(values[order[to + 1]!]!) === Math.abs(values[order[from]!]!)) to++;
    const rank = (from + to) / 2 / Math.max(1, values.length - 1);
    for (let place = from; place <= to; place++) ranks[order[place]!] = Math.sign(values[order[place]!]!) * rank;
    from = to + 1;
  }
  return ranks;
}
