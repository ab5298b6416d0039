import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  type AblationType,
  Circuit,
  coreKinds,
  type PatchableModel,
  type PromptLoader,
  PruneScores,
  slicedCount,
} from "@autocircuit/core";
import { elementBytes } from "@autocircuit/native";
import { type DiscoveryOptions, discoveryOptions, modelAndPrompts } from "../discovery-options.ts";
import { dropNodes } from "./drop-nodes.ts";
import { circuitSize, type EliminationOptions, eliminate } from "./eliminate.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { lossesOf } from "./losses.ts";
import { shrinkAtRandom } from "./shrink-at-random.ts";
import { type KeptAtSize, type PrefixSearch, smallestPrefix } from "./smallest-prefix.ts";

/** Options of {@link fewestEdges}. */
export interface FewestEdgesOptions extends DiscoveryOptions {
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
}

/** How far one ranking led. */
export interface FewestEdgesStart {
  /** Edges of the shortest beginning of the ranking that was found to keep enough. */
  readonly prefix: number;
  /** Edges left of it after elimination. */
  readonly edges: number;
  /** Answers kept by beginnings of the ranking, by growing size. */
  readonly curve: readonly KeptAtSize[];
}

/** A circuit with few edges that keeps enough answers. */
export interface FewestEdges {
  readonly circuit: Circuit;
  /** The share of the answers that is lost without an edge, 0 outside the circuit: `scores.circuit(circuit.size)` is the circuit. */
  readonly scores: PruneScores;
  /** Outputs that were judged: prompts, or prompts times positions of the output slice. */
  readonly outputs: number;
  /** Answers that the full model gets right. */
  readonly answers: number;
  /** How many of these the circuit gets right. */
  readonly kept: number;
  /** What came of each ranking. */
  readonly starts: readonly FewestEdgesStart[];
  /** Which of the rankings led to the circuit. */
  readonly best: number;
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
  } satisfies KindsOf<FewestEdgesOptions>,
);

/**
 * Looks for the circuit with the fewest edges that keeps a share of the model's right answers, with everything else ablated (tree
 * patching). An answer is an output (a prompt, or a position of a prompt if the output slice has several) for which one of the prompt's
 * answers has the highest logit of the whole vocabulary. The share is of the answers that the full model gets right, over all prompts
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
  using judge = await KeptAnswers.start(model, prompts, ablation, signal);
  const need = answersNeeded(judge, keep);
  const largestBatch = options.largestBatch ?? fittingBatch(model, prompts);
  const count = (masks: Float32Array, rows: number, atLeast?: number) => judge.count(masks, rows, atLeast, signal);
  const steps = (rankings.length + tries) * graph.edgeCount;
  let finished = 0;
  const elimination: Omit<EliminationOptions, "order"> = {
    ...{ graph, need, largestBatch, signal },
    count: (masks, rows) => count(masks, rows, need),
    // Of a node whose inputs are all resampled, the output is the corrupt run's, as if it were ablated itself.
    forward: ablation === "resample",
    onSize: (edges) => onProgress?.({ done: finished + Math.max(0, graph.edgeCount - edges), total: steps }),
  };

  const starts: FewestEdgesStart[] = [];
  let mask: Float32Array = new Float32Array(0);
  let best = 0;
  for (const ranked of rankings) {
    const ranking = Uint32Array.from(ranked.top(graph.edgeCount), ({ index }) => index);
    const { size, curve } = await smallestPrefix({ ranking, need, largestBatch, count, signal });
    const found = await startMask(ranking, size, need, count);
    const order = ranking.toReversed();
    await dropNodes(found, { ...elimination, order });
    await eliminate(found, { ...elimination, order });
    starts.push({ prefix: size, edges: circuitSize(found), curve });
    if (starts.length === 1 || circuitSize(found) < circuitSize(mask)) [mask, best] = [found, starts.length - 1];
    finished += graph.edgeCount;
  }
  mask = await shrinkAtRandom(mask, { ...elimination, tries, seed, onTried: () => (finished += graph.edgeCount) });
  onProgress?.({ done: steps, total: steps });

  const { kept, lost } = await lossesOf(mask, { count, largestBatch });
  const values = lost.map((answers) => answers / judge.answers);
  return {
    circuit: Circuit.where(graph, (edge) => mask[edge] === 0),
    scores: new PruneScores(graph, values, {
      algorithm: "fewest-edges",
      options: { keep, ablation, tries, from: rankings.map(({ info }) => info.algorithm ?? "scores") },
      seed,
    }),
    ...{ outputs: judge.outputs, answers: judge.answers, kept, starts, best },
  };
}

/**
 * Twice as long a beginning of the ranking as needed, if that keeps enough too: edges ranked a little too low may take the place of
 * others.
 */
async function startMask(
  ranking: Uint32Array,
  size: number,
  need: number,
  count: PrefixSearch["count"],
): Promise<Float32Array> {
  const beginning = (length: number) => {
    const mask = new Float32Array(ranking.length).fill(1);
    for (const edge of ranking.subarray(0, length)) mask[edge] = 0;
    return mask;
  };
  const longer = beginning(2 * size);
  const [kept = 0] = await count(longer, 1, need);
  return kept >= need ? longer : beginning(size);
}

function answersNeeded({ answers, outputs }: KeptAnswers, keep: number): number {
  // A little less than the product, so that 0.99 of 100 is 99 in spite of rounding.
  if (answers > 0) return Math.ceil(keep * answers - 1e-9);
  throw new AutocircuitError(
    "bad-input",
    `The model answers none of ${outputs} outputs right, so there is nothing to keep. Check the prompts' answers, the output slice ` +
      "and the model, or ask for a size instead.",
  );
}

/** Circuits at once, so that the outputs of all sources, the widest layer and the logits take at most half a GiB. */
function fittingBatch({ graph, config, outputSlice, computeDtype }: PatchableModel, prompts: PromptLoader): number {
  const [{ size, length }] = prompts.batches as [(typeof prompts.batches)[number]];
  const bytes = elementBytes(computeDtype);
  const outputs = slicedCount(outputSlice, length);
  const layer = Math.max(3 * config.heads * config.dModel, 3 * config.dMlp);
  const one = size * (length * (graph.srcs.length * config.dModel + layer) + outputs * config.dVocabOut) * bytes;
  return Math.max(1, Math.min(32, Math.floor(2 ** 29 / one)));
}

function check({ graph, config }: PatchableModel, prompts: PromptLoader, rankings: readonly PruneScores[]): void {
  const bad = (reason: string): never => {
    throw new AutocircuitError("bad-input", reason);
  };
  if (rankings.length === 0) bad("There are no scores to start from. Give those of at least one algorithm.");
  if (!rankings.every((scores) => scores.graph.equals(graph))) bad("The scores are of another graph than the model's.");
  if (prompts.batches.length === 0) bad("There are no prompts whose answers could be kept.");
  if (config.dVocabOut === 1) bad("The model gives one number, which is never right or wrong. Ask for a size instead.");
}
