import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { Circuit, coreKinds, type Graph, overPrompts, type PatchableModel, type PromptPair } from "@autocircuit/core";
import { attributionOptions, recordedOptions } from "../attribution/attribution-options.ts";
import { lossOf } from "../attribution/losses.ts";
import { SliceGradients } from "../attribution/slice-gradients.ts";
import { requireNoLatents } from "../attribution/start-edges.ts";
import { usualSteps } from "../attribution/steps.ts";
import { ownName, type WithAliases, withAliases } from "../own-names.ts";
import {
  type CrossingAlgorithm,
  type CrossingAlgorithmOptions,
  crossingOptions,
  requireCrossing,
} from "./crossing-algorithm.ts";
import { CrossingEdges, headInputs } from "./crossing-edges.ts";
import { crossingEffects } from "./crossing-effects.ts";
import { CrossingScores } from "./crossing-scores.ts";
import { equalLengths } from "./equal-lengths.ts";
import { meanHeadGradients } from "./head-gradients.ts";
import { headValues, mayAttend } from "./head-values.ts";
import { PromptSpans, promptPairs } from "./prompt-spans.ts";
import { requireFittingSpans } from "./span-edges.ts";
import {
  type SpanAggregation,
  type SpanAlgorithm,
  type SpanScoresOptions,
  spanAggregations,
  spanAlgorithmNames,
} from "./span-options.ts";

/** Options of {@link crossingScores}. */
export interface CrossingScoresOptions
  extends Omit<SpanScoresOptions, "algorithm" | "algorithmOptions">,
    CrossingAlgorithmOptions {
  /** Where gradients are taken. Default `"eap-ig-inputs"`. */
  readonly algorithm?: WithAliases<CrossingAlgorithm> | undefined;
}

const { onPrompt: _, ...ofMethods } = attributionOptions;
const check = signature(
  "crossingScores",
  {
    model: coreKinds.patchableModel,
    prompts: promptPairs,
    spans: kind.instance(PromptSpans, "PromptSpans"),
  },
  {
    ...ofMethods,
    algorithm: kind.oneOf(withAliases(spanAlgorithmNames)),
    ...crossingOptions,
    aggregation: kind.oneOf(spanAggregations),
    batchSize: kind.count,
  } satisfies KindsOf<CrossingScoresOptions>,
);

/**
 * Scores of the edges inside heads that cross from span to span (PEAP, Haklay et al. 2025, arXiv:2502.04577, its crossing edges): what the loss
 * changes by where the queries at the tokens of one span find the ablated key or value at those of another, or look there with the ablated
 * query. The head is computed anew, through its softmax, with each pair of tokens replaced alone; what its output changes by is contracted with
 * the gradient of the loss there, taken at the points of the algorithm. Values and queries are those of a run in which all edges are ablated. Effects
 * are aggregated over the pairs of tokens of two spans that may attend, then the mean is taken over the prompts. The sum over all `to` of a value's
 * scores with `"sum"` is the product of the value's change and its gradient.
 *
 * The algorithms are those whose score is a difference by a mean of gradients: edge-attribution, clean-corrupted, eap-ig-inputs, eap-ig-activations,
 * eap-gp, and relp with what its backward pass gives in their place.
 *
 * Cost: the algorithm's forwards and backwards, two forwards, and for every token of a prompt the attention patterns of all heads twice.
 *
 * @param model with a factorised graph not by token
 * @throws AutocircuitError `bad-input` for spans of other prompts, a graph by token or of nodes, autoencoders, means over a data set, the loss
 *   "faithfulness", and "kl-div" where gradients are those of the clean run alone; an algorithm without such scores ({@link noCrossing}), and an option
 *   of another algorithm; `aborted`
 *
 * @example
 * const halves = prompts.prompts.map(({ clean }) => ({ first: [0, 7], second: [7, clean.length] }) as const);
 * const spans = new PromptSpans(prompts.prompts, halves);
 * const crossing = await crossingScores(model, prompts.prompts, spans);
 * crossing.get("A0.1.V", "first", "second"); // what head A0.1 carries from the first half to the second
 */
export async function crossingScores(
  model: PatchableModel,
  prompts: readonly PromptPair[],
  spans: PromptSpans,
  options: CrossingScoresOptions = {},
): Promise<CrossingScores> {
  check({ model, prompts, spans }, options);
  const { aggregation = "sum", batchSize = 16, ablation = "resample", signal } = options;
  const algorithm: SpanAlgorithm = ownName<CrossingAlgorithm>(options.algorithm ?? "eap-ig-inputs");
  const { steps, from, path, norms, activations, gates, attention } = options;
  const how = { steps, from, path, norms, activations, gates, attention };
  const { graph } = model;
  requireFittingSpans(graph, prompts, spans, { ablation, loss: options.loss });
  requireHeadInputs(graph);
  requireNoLatents(graph, "crossingScores");
  requireCrossing(model, algorithm, { ...how, loss: options.loss });
  const edges = new CrossingEdges(graph, spans.names);
  const sums = new Float64Array(edges.count);
  let done = 0;
  for (const group of equalLengths(model, prompts, batchSize)) {
    const loss = await lossOf(model, group.prompts, options);
    for await (const { fold } of overPrompts(model, group.prompts, { ablation, signal })) {
      const rows = await fold(async (before: readonly Float64Array[] = [], { slice, start, ablation }) => {
        const gradients = new SliceGradients(model, slice, {
          ablation,
          loss: await loss(slice),
          perPrompt: true,
          signal,
        });
        const tokens = group.places.slice(start, start + slice.size).map((place) => spans.ofTokens[place]!);
        return [...before, ...(await ofSlice(gradients, { algorithm, how, aggregation, edges, tokens }))];
      });
      for (const row of rows) for (const [edge, score] of row.entries()) sums[edge]! += score;
    }
    done += group.places.length;
    options.onProgress?.({ done, total: prompts.length });
  }
  const values = Float32Array.from(sums, (sum) => sum / prompts.length);
  const given = Object.fromEntries(Object.entries(how).filter(([, value]) => value !== undefined));
  const ofAlgorithm = { algorithm, ...(/^eap-(ig|gp)/.test(algorithm) && { steps: usualSteps }), ...given };
  const info = { algorithm: "crossing-scores", options: { ...ofAlgorithm, aggregation, ...recordedOptions(options) } };
  return new CrossingScores(graph, spans.names, values, info);
}

/** @throws AutocircuitError `bad-input` for a graph of nodes */
function requireHeadInputs(graph: Graph): void {
  if (graph.factorized) return;
  throw new AutocircuitError(
    "bad-input",
    "crossingScores scores what heads read, such as A0.1.V, and in a graph of nodes that is the stream, with no edge of its own: take the graph of edges, `model.withGraph({ factorized: true })`.",
  );
}

interface Aggregating {
  readonly aggregation: SpanAggregation;
  readonly edges: CrossingEdges;
}

/** The scores of each prompt of a slice. */
async function ofSlice(
  gradients: SliceGradients,
  {
    algorithm,
    how,
    tokens,
    ...aggregating
  }: Aggregating & { algorithm: CrossingAlgorithm; how: CrossingAlgorithmOptions; tokens: readonly Uint16Array[] },
): Promise<Float64Array[]> {
  const { model, slice, ablation, signal } = gradients;
  const { config, graph } = model;
  const blocks = Array.from({ length: config.layers }, (_, block) => block);
  const ofHeads = await meanHeadGradients(gradients, algorithm, how);
  const clean = await headValues(model, slice.clean, blocks, { signal });
  const everything = Circuit.of(graph, []).complement();
  const ablated = await headValues(model, slice.clean, blocks, { ablate: everything, ablation, signal });
  const scores = tokens.map(() => new Float64Array(aggregating.edges.count));
  for (const block of blocks) {
    using effects = crossingEffects(config, block, {
      clean: clean[block]!,
      ablated: ablated[block]!,
      gradient: ofHeads[block]!,
    });
    const numbers = await effects.data();
    for (const [row, ofTokens] of tokens.entries()) {
      const pairs = allowedCounts(ofTokens, aggregating.edges.spans.length, (query, key) =>
        mayAttend(config, block, query, key),
      );
      addBlock(scores[row]!, { ...aggregating, block, row, rows: tokens.length, ofTokens, numbers, pairs });
    }
  }
  return scores;
}

/** Pairs of tokens of each pair of spans, `[from, to]`, that may attend. */
function allowedCounts(tokens: Uint16Array, spans: number, may: (query: number, key: number) => boolean): Uint32Array {
  const counts = new Uint32Array(spans ** 2);
  tokens.forEach((to, query) => {
    tokens.forEach((from, key) => {
      if (may(query, key)) counts[from * spans + to]!++;
    });
  });
  return counts;
}

/** Aggregates the effects `[3, B, heads, P, P]` of a block's pairs of tokens in one prompt. */
function addBlock(
  into: Float64Array,
  {
    aggregation,
    edges,
    block,
    row,
    rows,
    ofTokens,
    numbers,
    pairs,
  }: Aggregating & {
    block: number;
    row: number;
    rows: number;
    ofTokens: Uint16Array;
    numbers: ArrayLike<number | bigint>;
    pairs: Uint32Array;
  },
): void {
  const { heads, spans } = edges;
  const { length } = ofTokens;
  for (let input = 0; input < headInputs.length; input++) {
    for (let head = 0; head < heads; head++) {
      const first = edges.place(block, head, input);
      let cell = ((input * rows + row) * heads + head) * length ** 2;
      for (let query = 0; query < length; query++) {
        for (let key = 0; key < length; key++) {
          const pair = ofTokens[key]! * spans.length + ofTokens[query]!;
          const effect = Number(numbers[cell++]);
          const place = first + pair;
          if (aggregation === "max-abs") into[place] = Math.max(into[place]!, Math.abs(effect));
          else if (aggregation === "sum-abs") into[place]! += Math.abs(effect);
          else if (aggregation === "sum") into[place]! += effect;
          else if (pairs[pair]! > 0) into[place]! += effect / pairs[pair]!;
        }
      }
    }
  }
}
