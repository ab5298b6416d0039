import { AutocircuitError, type KindsOf, kind, signature, USUAL_SEED } from "@autocircuit/base";
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
import { ownName } from "../own-names.ts";
import { answeringAtOnce, freeBytes } from "../speculation/circuits-at-once.ts";
import { FewestEdgesSearch, type FewestEdgesStart } from "./fewest-edges-search.ts";
import { firstCircuit } from "./first-circuit.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { lossesOf } from "./losses.ts";
import { nothingRight, requireJudgeable } from "./right-answers.ts";
import { type SearchProgress, searchPhases } from "./search-progress.ts";
import { searchRankings } from "./search-rankings.ts";
import type { PrefixSearch } from "./smallest-prefix.ts";

/** Share of the answers that a circuit is to keep where nothing is said, here and in `findCircuit`. */
export const USUAL_KEEP = 0.99;

/** Options of {@link fewestEdges}. */
export interface FewestEdgesOptions extends Omit<DiscoveryOptions, "onProgress">, ResumableOptions {
  /** Called while it searches. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
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
   * Seconds to spend, after which the smallest circuit so far is given: first all edges, then a beginning of the first ranking that keeps
   * enough on a few prompts, then one that does on all. What runs when they are over is given up, but for the full model's own answers. Edges are dropped many together first where there is no time to try each.
   * Default: no limit.
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
  /** Prompt pairs by which that was judged: all, unless the time was over before anything kept enough on all. */
  readonly promptCount: number;
  /** Outputs that were judged: prompts, or prompts times positions of the output slice. */
  readonly outputs: number;
  /** Answers that the full model gets right. */
  readonly answers: number;
  /** How many of these the circuit gets right. */
  readonly keptCount: number;
  /** Whether no single edge can be dropped; false where the time was over before that was known. */
  readonly complete: boolean;
  /** Where the search stood when its time was over; null where it was not, or was over before it began. */
  readonly ended: SearchProgress | null;
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
 * const scores = await maskGradient(task.model, task.train, { steps: 10 });
 * const { circuit, keptCount, answers } = await fewestEdges(task.model, task.train, scores, { keep: 0.99 });
 * console.log(`${circuit.size} edges keep ${keptCount} of ${answers} answers`);
 */
export async function fewestEdges(
  model: PatchableModel,
  prompts: PromptLoader,
  scores: PruneScores | readonly PruneScores[],
  options: FewestEdgesOptions = {},
): Promise<FewestEdges> {
  checkOptions({ model, prompts, scores }, options);
  const { keep = USUAL_KEEP, ablation = "resample", tries = 0, seed = USUAL_SEED, signal, onProgress } = options;
  const rankings = scores instanceof PruneScores ? [scores] : scores;
  const { graph } = model;
  check(model, prompts, rankings);
  using clock = new SearchClock(options.seconds ?? Number.POSITIVE_INFINITY, signal);
  const limited = options.seconds !== undefined;
  const from = rankings.map(({ info }) => ownName<string>(info.algorithm ?? "scores"));
  const described = { keep, ablation, tries, from };
  const keys = prompts.batches.map(({ key }) => key);
  const search = new FewestEdgesSearch(graph, rankings, described, keys);
  if (options.resume) search.goOnFrom(options.resume);
  options.onSearch?.(search);
  let last: SearchProgress | undefined;
  const report = (progress: SearchProgress | undefined) => {
    last = progress;
    if (progress) onProgress?.(progress);
  };
  if (limited && search.present === undefined && search.mask === undefined) {
    const ranking = edgesInOrder(rankings[0]!);
    const need = (judge: KeptAnswers) => answersNeeded(judge, keep);
    search.first = await firstCircuit(model, prompts, {
      ...{ ranking, known: search.few, need, ablation, clock, signal, onProgress: report },
    });
  }
  let started: KeptAnswers | undefined;
  // Without a circuit to show there is nothing to do but to run the full model to the end.
  const shown = search.first !== undefined || search.keptBySmallest !== undefined;
  await clock.within(async () => {
    started = await KeptAnswers.start(model, prompts, ablation, {
      signal: shown ? clock.signal : signal,
      onBatch: () => report(last),
      onProgress: (done) => report({ phase: searchPhases.answers, ...done, even: true }),
    });
  });
  if (started === undefined && search.first !== undefined) return ofFewPrompts(search, last);
  if (started === undefined) return ofAllPrompts(search, last, prompts.promptCount);
  using judge = started;
  search.judged = { outputs: judge.outputs, answers: judge.answers };
  const need = answersNeeded(judge, keep);
  const largestBatch = options.largestBatch ?? (await fittingBatch(model, prompts));
  const parts = {
    ...{ graph, search, judge, need, largestBatch, clock, limited },
    ...{ ablation, tries, seed },
  };
  const searched = await clock.within(() =>
    searchRankings({ ...parts, rankings: rankings.map(edgesInOrder), onProgress: report }),
  );
  const { mask, first } = search.smallest();
  if (first !== undefined) return ofFewPrompts(search, last);
  let losses: Awaited<ReturnType<typeof lossesOf>> | undefined;
  const complete =
    searched &&
    (await clock.within(async () => {
      const count: PrefixSearch["count"] = (masks, rows) => judge.count(masks, rows, 0, clock.signal);
      losses = await lossesOf(mask, { count, largestBatch, onProgress: report });
    }));
  if (losses !== undefined) {
    const values = losses.lost.map((answers) => answers / judge.answers);
    const scores = new PruneScores(graph, values, { algorithm: "fewest-edges", options: described, seed });
    return {
      ...ofAllPrompts(search, last, prompts.promptCount),
      scores,
      keptCount: losses.kept,
      complete,
      ended: null,
    };
  }
  if (search.keptBySmallest === undefined) search.counts.note(mask, await judge.count(mask, 1, 0, signal), 0);
  return ofAllPrompts(search, last, prompts.promptCount);
}

function edgesInOrder(scores: PruneScores): Uint32Array {
  return Uint32Array.from(scores.top(scores.graph.edgeCount), ({ index }) => index);
}

/** What there is where the time was over before anything kept enough on all prompts. */
function ofFewPrompts(search: FewestEdgesSearch, ended: SearchProgress | undefined): FewestEdges {
  const { mask, outputs, answers, kept: keptCount, promptCount } = search.first!;
  const { scores } = search;
  const circuit = Circuit.where(scores.graph, (edge) => mask[edge] === 0);
  const about = { complete: false, ended: ended ?? null, starts: search.led, best: 0, tried: 0 };
  return { circuit, scores, outputs, answers, keptCount, promptCount, ...about };
}

/** What there is where the time was over once something keeps enough on all prompts. */
function ofAllPrompts(search: FewestEdgesSearch, last: SearchProgress | undefined, promptCount: number): FewestEdges {
  const { mask, from: best } = search.smallest();
  const { scores } = search;
  const circuit = Circuit.where(scores.graph, (edge) => mask[edge] === 0);
  const about = { ...search.judged!, promptCount, starts: search.led, best, tried: search.tried.length };
  return { circuit, scores, keptCount: search.keptBySmallest!, complete: false, ended: last ?? null, ...about };
}

function answersNeeded({ answers, outputs }: KeptAnswers, keep: number): number {
  // A little less than the product, so that 0.99 of 100 is 99 in spite of rounding.
  if (answers > 0) return Math.ceil(keep * answers - 1e-9);
  throw nothingRight(outputs);
}

/** Circuits at once on the prompts' batches, which are alike. */
async function fittingBatch(model: PatchableModel, prompts: PromptLoader): Promise<number> {
  const [batch] = prompts.batches as [(typeof prompts.batches)[number]];
  const outputs = slicedCount(model.outputSlice, batch.seqLen);
  return answeringAtOnce(model, batch, outputs, await freeBytes(model.device));
}

function check(model: PatchableModel, prompts: PromptLoader, rankings: readonly PruneScores[]): void {
  if (rankings.length === 0)
    throw new AutocircuitError("bad-input", "There are no scores to start from. Give those of at least one algorithm.");
  for (const scores of rankings) requireSameGraph(scores.graph, model.graph, "The scores are");
  requireJudgeable(model, prompts);
}
