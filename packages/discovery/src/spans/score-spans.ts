import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import { coreKinds, type Graph, type PatchableModel, type PromptPair } from "@autocircuit/core";
import { attributionOptions, recordedOptions } from "../attribution/attribution-options.ts";
import { ownName, withAliases } from "../own-names.ts";
import { equalLengths } from "./equal-lengths.ts";
import { PromptSpans, promptPairs } from "./prompt-spans.ts";
import { forEachToken, requireFittingSpans } from "./span-edges.ts";
import {
  type SpanAggregation,
  type SpanAlgorithm,
  type SpanScoresOptions,
  spanAggregations,
  spanAlgorithmNames,
  spanAlgorithms,
} from "./span-options.ts";
import { SpanScores } from "./span-scores.ts";

const { onPrompt: _, ...ofMethods } = attributionOptions;
const check = signature(
  "spanScores",
  {
    model: coreKinds.patchableModel,
    prompts: promptPairs,
    spans: kind.instance(PromptSpans, "PromptSpans"),
  },
  {
    ...ofMethods,
    algorithm: kind.oneOf(withAliases(spanAlgorithmNames)),
    algorithmOptions: kind.record,
    aggregation: kind.oneOf(spanAggregations),
    batchSize: kind.count,
  } satisfies KindsOf<SpanScoresOptions>,
);

/**
 * Scores of edges in spans of prompts of unequal length (PEAP's edges within positions; those across positions: {@link crossingScores}. PEAP, Haklay et al. 2025, arXiv:2502.04577): an algorithm's scores
 * of single tokens, aggregated over the tokens of a span in each prompt, and their mean over the prompts; a span that is empty counts 0. With `"sum"`
 * the spans add up to the scores of the whole prompt.
 *
 * Cost: that of the algorithm, in batches of prompts of equal length.
 *
 * @param model with a graph that is not by token
 * @throws AutocircuitError `bad-input` for spans of other prompts, a graph by token, means over a data set, the loss "faithfulness", whose
 *   unit would be another for each length, and options of all algorithms among `algorithmOptions`; what the algorithm throws
 *
 * @example
 * const halves = prompts.prompts.map(({ clean }) => ({ first: [0, 7], second: [7, clean.length] }) as const);
 * const spans = new PromptSpans(prompts.prompts, halves);
 * const circuit = (await spanScores(model, prompts.prompts, spans, { aggregation: "max-abs" })).circuit(100);
 */
export async function spanScores(
  model: PatchableModel,
  prompts: readonly PromptPair[],
  spans: PromptSpans,
  options: SpanScoresOptions = {},
): Promise<SpanScores> {
  check({ model, prompts, spans }, options);
  const { algorithm: name = "eap-ig-inputs", aggregation = "sum", batchSize = 16, onProgress, ...rest } = options;
  const algorithm = ownName<SpanAlgorithm>(name);
  const { algorithmOptions = {}, ...asked } = rest;
  requireOwnOptions(algorithmOptions);
  // What was not asked for no algorithm need know.
  const shared = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const { graph } = model;
  requireFittingSpans(graph, prompts, spans, options);
  const sums = new Float64Array(spans.names.length * graph.edgeCount);
  let done = 0;
  for (const group of equalLengths(model, prompts, batchSize)) {
    const onPrompt = (scores: Float32Array, row: number) => {
      const tokens = spans.ofTokens[group.places[row]!]!;
      addSpans(sums, aggregation, { scores, tokens, byToken: group.model.graph, graph });
    };
    // Every algorithm checks its own.
    await spanAlgorithms[algorithm](group.model, group.prompts, { ...algorithmOptions, ...shared, onPrompt } as object);
    done += group.places.length;
    onProgress?.({ done, total: prompts.length });
  }
  const values = Float32Array.from(sums, (sum) => sum / prompts.length);
  // It looks at no answers, and nothing is ablated.
  const recorded = algorithm === "information-flow-routes" ? {} : recordedOptions(options);
  const info = {
    algorithm: "span-scores",
    options: { algorithm, aggregation, ...recorded, ...plainOf(algorithmOptions) },
  };
  return new SpanScores(graph, spans.names, values, info);
}

/** @throws AutocircuitError `bad-input` for an option that all algorithms have */
function requireOwnOptions(given: Readonly<Record<string, unknown>>): void {
  const shared = Object.keys(given).find((name) => Object.hasOwn(attributionOptions, name));
  if (shared === undefined) return;
  throw new AutocircuitError(
    "bad-input",
    shared === "onPrompt"
      ? "`algorithmOptions` has an `onPrompt`: the scores of each prompt are what spans are made of; leave it out."
      : `\`algorithmOptions\` has \`${shared}\`, which all algorithms take: give it beside them.`,
  );
}

/** The options that say what was done: callbacks and tensors cannot be written down. */
function plainOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isPlain = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => isPlain(value)));
}

interface PromptScores {
  /** Of each edge at each token, as a graph by token has them. */
  readonly scores: Float32Array;
  readonly tokens: Uint16Array;
  readonly byToken: Graph;
  readonly graph: Graph;
}

function addSpans(
  sums: Float64Array,
  aggregation: SpanAggregation,
  { scores, tokens, byToken, graph }: PromptScores,
): void {
  const { edgeCount } = graph;
  const counts = new Uint32Array(sums.length / edgeCount);
  for (const span of tokens) counts[span]!++;
  const largest = aggregation === "max-abs" ? new Float64Array(sums.length) : undefined;
  forEachToken(byToken, graph, (cell, token, edge) => {
    const span = tokens[token]!;
    const place = span * edgeCount + edge;
    const score = scores[cell]!;
    if (largest) largest[place] = Math.max(largest[place]!, Math.abs(score));
    else if (aggregation === "sum-abs") sums[place]! += Math.abs(score);
    else sums[place]! += aggregation === "mean" ? score / counts[span]! : score;
  });
  if (largest) for (let place = 0; place < sums.length; place++) sums[place]! += largest[place]!;
}
