import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  Circuit,
  coreKinds,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  requireSameGraph,
  slicedCount,
} from "@autocircuit/core";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { SearchClock } from "../long-search/search-clock.ts";
import { type ResumableOptions, resumableOptions } from "../long-search/search-state.ts";
import { answeringAtOnce, freeBytes } from "../speculation/circuits-at-once.ts";
import type { EliminationOptions } from "./eliminate.ts";
import { FewestEdgesSearch, type FewestEdgesStart } from "./fewest-edges-search.ts";
import { followRanking, shrink } from "./follow-ranking.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { lossesOf } from "./losses.ts";
import { nothingRight, requireJudgeable } from "./right-answers.ts";
import { shrinkAtRandom } from "./shrink-at-random.ts";

/** Options of {@link fewestEdges}. */
export interface FewestEdgesOptions extends DiscoveryOptions, ResumableOptions {
  /** Share of the answers to keep, above 0, at most 1. Default 0.99. */
  readonly keep?: number | undefined;
  /** What edges outside the circuit take instead of their source's output; made from the corrupt prompts. Default `"resample"`. */
  readonly ablation?: AblationType | undefined;
  /**
   * How often the best circuit is changed at random (a few edges are added, then as many as possible dropped in random order) to find
   * a smaller one. Default 0; the seed chooses the changes.
   */
  readonly tries?: number | undefined;
  /** Most circuits run at once; more is faster for small models and takes more memory. Default: what fits in half a GiB, at most 32. */
  readonly largestBatch?: number | undefined;
  /**
   * Seconds to spend, after which the smallest circuit so far is given. Edges are dropped many together first where there is no time to
   * try each. Default: no limit.
   */
  readonly seconds?: number | undefined;
}

/** A circuit with few edges that keeps enough answers. */
export interface FewestEdges {
  readonly circuit: Circuit;
  /**
   * The share of the answers that is lost without an edge, 0 outside the circuit: `scores.circuit(circuit.size)` is the circuit. Where the
   * time was over before that was known, the scores of the ranking that it comes from.
   */
  readonly scores: PruneScores;
  /** Outputs that were judged: prompts, or prompts times positions of the output slice. */
  readonly outputs: number;
  /** Answers that the full model gets right. */
  readonly answers: number;
  /** How many of these the circuit gets right. */
  readonly kept: number;
  /** Whether no single edge can be dropped; false where the time was over before that was known. */
  readonly complete: boolean;
  /** What came of each ranking that there was time for. */
  readonly starts: readonly FewestEdgesStart[];
  /** Which of the rankings led to the circuit. */
  readonly best: number;
  /** Random changes that were made, those of an earlier run that was gone on with included; fewer than asked for where the time was over. */
  readonly tried: number;
}

const checkOptions = signature(
  "fewestEdges",
  { ...modelAndPrompts, scores: kind.either(coreKinds.pruneScores, kind.listOf(coreKinds.pruneScores)) },
  {
    ...discoveryOptions,
    keep: kind.share,
    ablation: coreKinds.ablationName,
    tries: kind.whole,
    largestBatch: kind.count,
    seconds: kind.positive,
    ...resumableOptions,
  } satisfies KindsOf<FewestEdgesOptions>,
);

/**
 * Looks for the circuit with the fewest edges that keeps a share of the model's right answers, with everything else ablated (tree
 * patching). An answer is an output (a prompt, or a position of a prompt if the output slice has several) for which one of the prompt's
 * answers has a logit above all others of the vocabulary, a tie being none. The share is of the answers that the full model gets right, over all prompts
 * of the loader.
 *
 * From each ranking of the edges: the shortest beginning that keeps enough is found by bisection. From twice as many edges on, those
 * that lie on no path from `Resid Start` to `Resid End` are dropped, then whole nodes, then single edges, the least important first and
 * only if enough is still kept, again and again until no edge can be. The smallest circuit counts; `tries` looks further around it. No single edge of the result can be
 * dropped. It is a local minimum: a smaller circuit made of other edges may exist.
 *
 * @param scores one ranking by magnitude, or several to start from
 * @throws AutocircuitError `bad-input` for a share outside 0 to 1, scores of another graph, no prompts, or a model that answers
 *   nothing right; `aborted`
 *
 * @example
 * const scores = await maskGradient(task.model, task.train, { samples: 10 });
 * const { circuit, kept, answers } = await fewestEdges(task.model, task.train, scores, { keep: 0.99 });
 * console.log(`${circuit.size} edges keep ${kept} of ${answers} answers`);
 */
export async function fewestEdges(
  model: PatchableModel,
  prompts: PromptLoader,
  scores: PruneScores | readonly PruneScores[],
  options: FewestEdgesOptions = {},
): Promise<FewestEdges> {
  checkOptions({ model, prompts, scores }, options);
  const { keep = 0.99, ablation = "resample", tries = 0, seed = 0, signal, onProgress } = options;
  const rankings = scores instanceof PruneScores ? [scores] : scores;
  const { graph } = model;
  check(model, prompts, rankings);
  using clock = new SearchClock(options.seconds ?? Number.POSITIVE_INFINITY, signal);
  const limited = options.seconds !== undefined;
  const described = { keep, ablation, tries, from: rankings.map(({ info }) => info.algorithm ?? "scores") };
  const keys = prompts.batches.map(({ key }) => key);
  const search = new FewestEdgesSearch(graph, rankings, described, keys);
  if (options.resume) search.goOnFrom(options.resume);
  options.onSearch?.(search);
  using judge = await KeptAnswers.start(model, prompts, ablation, signal);
  const need = answersNeeded(judge, keep);
  const largestBatch = options.largestBatch ?? (await fittingBatch(model, prompts));
  const steps = (rankings.length + tries) * graph.edgeCount;
  let finished = (search.starts.length + search.tried.length) * graph.edgeCount;
  let done = 0;
  const report = (step: number) => {
    done = Math.max(done, step);
    onProgress?.({ done, total: steps });
  };
  const counting = (under: AbortSignal | undefined) => (masks: Float32Array, rows: number, atLeast?: number) =>
    judge.count(masks, rows, atLeast, under);
  const eliminating = (under: AbortSignal | undefined): Omit<EliminationOptions, "order"> => ({
    ...{ graph, need, largestBatch, signal: under },
    count: (masks, rows) => judge.count(masks, rows, need, under),
    // Of a node whose inputs are all resampled, the output is the corrupt run's, as if it were ablated itself.
    forward: ablation === "resample",
    onSize: (edges) => report(finished + Math.max(0, graph.edgeCount - edges)),
  });

  const rankingOf = (place: number) => Uint32Array.from(rankings[place]!.top(graph.edgeCount), ({ index }) => index);
  let complete = await clock.within(async () => {
    while (search.starts.length < rankings.length) {
      const left = rankings.length - search.starts.length + (tries > 0 ? 1 : 0);
      // The last one has all the time that is left, and stands where that ends.
      using part = left > 1 ? clock.part(Math.max(FIRST_SHARE, 1 / left)) : null;
      const { signal: under } = part ?? clock;
      const [count, elimination] = [counting(under), eliminating(under)];
      const ranking = rankingOf(search.starts.length);
      const options = { graph, ranking, need, largestBatch, count, elimination, clock: part ?? clock, limited };
      const follow = () => followRanking(search, options);
      const done = part === null ? await follow().then(() => true) : await part.within(follow);
      search.finish(done);
      finished += graph.edgeCount;
    }
    if (search.rest) {
      // Others needed less than their share of the time.
      await shrink(search.rest, { ...eliminating(clock.signal), order: rankingOf(search.bestRanking).toReversed() });
      search.rest = undefined;
    }
    await shrinkAtRandom(search.mask!, {
      ...{ ...eliminating(clock.signal), tries, seed, tried: search.tried },
      onCircuit: (mask) => (search.mask = mask),
      onTried: () => (finished += graph.edgeCount),
    });
  });
  const { mask, from: best } = search.smallest();
  const about = {
    outputs: judge.outputs,
    answers: judge.answers,
    starts: search.led,
    best,
    tried: search.tried.length,
  };
  const circuit = Circuit.where(graph, (edge) => mask[edge] === 0);
  let losses: Awaited<ReturnType<typeof lossesOf>> | undefined;
  if (complete)
    complete = await clock.within(async () => {
      losses = await lossesOf(mask, { count: counting(clock.signal), largestBatch });
    });
  report(steps);
  if (losses !== undefined) {
    const values = losses.lost.map((answers) => answers / judge.answers);
    const scores = new PruneScores(graph, values, { algorithm: "fewest-edges", options: described, seed });
    return { circuit, scores, kept: losses.kept, complete, ...about };
  }
  const whole = circuit.size === graph.edgeCount;
  const [kept = 0] = whole ? [judge.answers] : await counting(signal)(mask, 1);
  return { circuit, scores: search.best(), kept, complete, ...about };
}

/** Share of what is left of a limited time for the next ranking: the first are the better ones. */
const FIRST_SHARE = 0.7;

function answersNeeded({ answers, outputs }: KeptAnswers, keep: number): number {
  // A little less than the product, so that 0.99 of 100 is 99 in spite of rounding.
  if (answers > 0) return Math.ceil(keep * answers - 1e-9);
  throw nothingRight(outputs);
}

/** Circuits at once on the prompts' batches, which are alike. */
async function fittingBatch(model: PatchableModel, prompts: PromptLoader): Promise<number> {
  const [batch] = prompts.batches as [(typeof prompts.batches)[number]];
  const outputs = slicedCount(model.outputSlice, batch.length);
  return answeringAtOnce(model, batch, outputs, await freeBytes(model.device));
}

function check(model: PatchableModel, prompts: PromptLoader, rankings: readonly PruneScores[]): void {
  if (rankings.length === 0)
    throw new AutocircuitError("bad-input", "There are no scores to start from. Give those of at least one algorithm.");
  for (const scores of rankings) requireSameGraph(scores.graph, model.graph, "The scores are");
  requireJudgeable(model, prompts);
}
