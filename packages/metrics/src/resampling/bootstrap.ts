import { AutocircuitError, type KindsOf, kind, MersenneTwister, signature, USUAL_SEED } from "@autocircuit/base";
import { rowsOfPrompts } from "./distinct-draws.ts";
import { resampledMeans } from "./resampled-means.ts";
import { scoreUnit } from "./score-unit.ts";

/** Fewer resamples than this say nothing of the tails of a distribution. */
export const fewestResamples = 100;

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** How many resamples are drawn, at least 100. Default 1000. */
  readonly resamples?: number | undefined;
  /** Seed of the draws. Default 0. */
  readonly seed?: number | undefined;
  /**
   * The draws themselves, a list of prompts' numbers for each resample, instead of `resamples` and `seed`. At least two, to repeat what others drew:
   * intervals of fewer than 100 say nothing.
   */
  readonly draws?: readonly (readonly number[])[] | undefined;
  /**
   * The scores of all prompts, as an algorithm gives them beside those of each prompt: what is resampled is then in their unit, and intervals are around
   * them. Without them it is a mean over prompts, which such scores are only of a single batch.
   */
  readonly scores?: ArrayLike<number> | undefined;
  /**
   * The number of each prompt, where some are there more than once (`numberPrompts`): all rows of one number are drawn together, as the one prompt that
   * they are. Without them every row counts as a prompt of its own, and intervals of prompts that come again are too narrow.
   */
  readonly promptNumbers?: readonly number[] | undefined;
}

/** Scores of resampled prompts. */
export interface Bootstrap {
  /** Scores of each resample, `[resample][edge]`: means over the drawn prompts, or in the unit of `scores` where these were given. */
  readonly resampled: readonly Float64Array[];
  /** Mean over the resamples. */
  readonly mean: Float64Array;
  /** Standard deviation over the resamples, with one degree of freedom taken off. */
  readonly sd: Float64Array;
  /** How many prompts there are that differ, by their `promptNumbers`. */
  readonly distinct: number;
}

/** Scores of all edges. */
export const scoreRow = kind.such("a list of numbers", isRow);

/** Scores of each prompt alone, `[prompt][edge]`. */
export const promptRows = kind.listOf(scoreRow);

/** The number of the prompt of each row. */
export const promptNumberList = kind.listOf(kind.whole);

function isRow(value: unknown): boolean {
  return ArrayBuffer.isView(value) ? !(value instanceof DataView) : Array.isArray(value);
}

const check = signature("bootstrap", { perPrompt: promptRows }, {
  resamples: kind.count,
  seed: kind.whole,
  draws: kind.listOf(kind.listOf(kind.whole)),
  scores: scoreRow,
  promptNumbers: promptNumberList,
} satisfies KindsOf<BootstrapOptions>);

/**
 * Draws prompts with replacement, as many as there are, and averages their scores: what the scores might have been with other prompts of the
 * same kind (Efron 1979). No run of the model.
 *
 * Units: the scores of `eap` and its like are sums over batches of means over a batch's prompts, those of a prompt (`onPrompt`) are its own. So what
 * is resampled are means over prompts, smaller by the number of batches, unless the scores are given as `scores`.
 *
 * @param perPrompt scores of each prompt alone, `[prompt][edge]`
 * @throws AutocircuitError `bad-input` for fewer than two prompts, fewer than 100 resamples, prompts with different numbers of scores,
 *   draws of prompts there are not, `scores` of other edges, or `promptNumbers` of other prompts
 *
 * @example
 * const { mean, sd } = bootstrap([[0.2, 1], [0.3, 1.1], [0.1, 0.8]], { resamples: 1000, seed: 1 });
 * @example
 * const rows: Float32Array[] = [];
 * const scores = await edgeAttribution(task.model, task.train, { onPrompt: (row) => rows.push(row) });
 * const { low, high } = scoreIntervals(bootstrap(rows, { scores: scores.values })); // around scores.values
 */
export function bootstrap(perPrompt: readonly ArrayLike<number>[], options: BootstrapOptions = {}): Bootstrap {
  check({ perPrompt }, options);
  requirePrompts(perPrompt);
  const members = rowsOfPrompts(perPrompt.length, options.promptNumbers);
  const draws = drawsOf(members, options);
  const unit = options.scores ? scoreUnit(options.scores, perPrompt) : 1;
  const resampled = resampledMeans(perPrompt, draws, unit);
  return { resampled, distinct: members.length, ...moments(resampled) };
}

/**
 * The number of scores of each prompt.
 *
 * @throws AutocircuitError `bad-input` for fewer than two prompts, for different numbers of scores or none, and for a score that is no finite number
 */
export function requirePrompts(perPrompt: readonly ArrayLike<number>[]): number {
  const promptCount = perPrompt.length;
  if (promptCount < 2) {
    throw new AutocircuitError(
      "bad-input",
      `A bootstrap over ${promptCount} prompt${promptCount === 1 ? "" : "s"} has nothing to draw from: every resample would be the same. Give at least two.`,
    );
  }
  const edgeCount = perPrompt[0]!.length;
  if (edgeCount === 0) throw new AutocircuitError("bad-input", "A bootstrap needs scores of at least one edge.");
  const other = perPrompt.findIndex((scores) => scores.length !== edgeCount);
  if (other >= 0) {
    const sizes = `prompt ${other} has ${perPrompt[other]!.length} scores, prompt 0 has ${edgeCount}`;
    throw new AutocircuitError("bad-input", `A bootstrap needs the same edges for all prompts: ${sizes}.`);
  }
  for (const [prompt, scores] of perPrompt.entries())
    for (let edge = 0; edge < edgeCount; edge++)
      if (!Number.isFinite(scores[edge]))
        throw new AutocircuitError(
          "bad-input",
          `The score of edge ${edge} on prompt ${prompt} is ${scores[edge]}: a bootstrap needs finite numbers.`,
        );
  return edgeCount;
}

/**
 * The rows of each resample.
 *
 * @param members the rows of each distinct prompt
 * @throws AutocircuitError `bad-input` for too few resamples, or draws of prompts there are not
 */
export function drawsOf(
  members: readonly (readonly number[])[],
  { draws, resamples = 1000, seed = USUAL_SEED }: BootstrapOptions,
): readonly (readonly number[])[] {
  const distinct = members.length;
  const promptCount = members.reduce((sum, { length }) => sum + length, 0);
  if (draws !== undefined) {
    const wrong = draws.findIndex((drawn) => drawn.length === 0 || drawn.some((prompt) => prompt >= promptCount));
    if (draws.length >= 2 && wrong < 0) return draws;
    const fault =
      draws.length < 2
        ? "at least two are needed"
        : `resample ${wrong} is empty or names a prompt that is not among the ${promptCount}`;
    throw new AutocircuitError("bad-input", `The draws of a bootstrap: ${fault}.`);
  }
  if (resamples < fewestResamples) {
    throw new AutocircuitError(
      "bad-input",
      `A bootstrap of ${resamples} resamples: at least ${fewestResamples} are needed, or its intervals mean nothing.`,
    );
  }
  const generator = new MersenneTwister(seed);
  // Rejection keeps every prompt equally likely.
  const limit = 2 ** 32 - (2 ** 32 % distinct);
  const draw = () => {
    let word = generator.next();
    while (word >= limit) word = generator.next();
    return word % distinct;
  };
  return Array.from({ length: resamples }, () =>
    Array.from({ length: distinct }, draw).flatMap((one) => members[one]!),
  );
}

function moments(resampled: readonly Float64Array[]): Pick<Bootstrap, "mean" | "sd"> {
  const count = resampled.length;
  const mean = new Float64Array(resampled[0]!.length);
  for (const scores of resampled) for (let edge = 0; edge < mean.length; edge++) mean[edge]! += scores[edge]! / count;
  const squares = new Float64Array(mean.length);
  for (const scores of resampled)
    for (let edge = 0; edge < mean.length; edge++) squares[edge]! += (scores[edge]! - mean[edge]!) ** 2;
  return { mean, sd: squares.map((sum) => Math.sqrt(sum / (count - 1))) };
}
