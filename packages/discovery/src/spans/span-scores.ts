import { AutocircuitError, type KindsOf, kind, signature } from "@autocircuit/base";
import {
  coreKinds,
  type Graph,
  magnitude,
  type PatchableModel,
  type PromptPair,
  type PruneScores,
} from "@autocircuit/core";
import { type AttributionOptions, attributionOptions, recordedOptions } from "../attribution/attribution-options.ts";
import { ceap } from "../attribution/ceap.ts";
import { cleanCorrupted } from "../attribution/clean-corrupted.ts";
import { eap } from "../attribution/eap.ts";
import { eapGp } from "../attribution/eap-gp.ts";
import { eapIgInputs } from "../attribution/eap-ig-inputs.ts";
import { relp } from "../attribution/relp.ts";
import { equalLengths } from "./equal-lengths.ts";
import { PromptSpans, promptPairs } from "./prompt-spans.ts";
import { SpanCircuit } from "./span-circuit.ts";
import { forEachToken, requireNoTokens, requireOwnNames } from "./span-edges.ts";

const methods = {
  ceap,
  "clean-corrupted": cleanCorrupted,
  eap,
  "eap-gp": eapGp,
  "eap-ig-inputs": eapIgInputs,
  relp,
};

/** What gives the scores of single tokens. */
export type SpanMethod = keyof typeof methods;

/** How the scores of a span's tokens become one in a prompt: their sum, their mean, the sum of their magnitudes, or the largest of those. */
export type SpanAggregation = "sum" | "mean" | "sum-abs" | "max-abs";

/** Options of {@link spanScores}. */
export interface SpanScoresOptions extends Omit<AttributionOptions, "onPrompt"> {
  /** Default `"eap-ig-inputs"`. */
  readonly method?: SpanMethod | undefined;
  /** Default `"sum"`. */
  readonly aggregation?: SpanAggregation | undefined;
  /** Prompts that are run together, at most. Default 16. */
  readonly batchSize?: number | undefined;
}

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
    method: kind.oneOf(Object.keys(methods)),
    aggregation: kind.oneOf(["sum", "mean", "sum-abs", "max-abs"]),
    batchSize: kind.count,
  } satisfies KindsOf<SpanScoresOptions>,
);

const checkScores = signature("SpanScores", {
  graph: coreKinds.graph,
  spans: kind.listOf(kind.text),
  values: kind.instance(Float32Array, "a Float32Array"),
});

/** A number for each edge in each span. */
export class SpanScores {
  readonly graph: Graph;
  readonly spans: readonly string[];
  /** Span after span, `[spans, E]`. */
  readonly values: Float32Array;
  /** Where they came from. */
  readonly info: PruneScores["info"];

  /** @throws AutocircuitError `shape` for another number of values than spans times edges, `bad-input` for one that is NaN */
  constructor(graph: Graph, spans: readonly string[], values: Float32Array, info: PruneScores["info"]) {
    checkScores({ graph, spans, values });
    requireNoTokens(graph);
    requireOwnNames(spans);
    const due = spans.length * graph.edgeCount;
    if (values.length !== due)
      throw new AutocircuitError(
        "shape",
        `${spans.length} spans of ${graph.edgeCount} edges have ${due} scores, not ${values.length}.`,
      );
    const broken = values.findIndex(Number.isNaN);
    if (broken >= 0)
      throw new AutocircuitError(
        "bad-input",
        `The score of edge ${graph.edge(broken % graph.edgeCount)} in the span "${spans[Math.floor(broken / graph.edgeCount)]}" is NaN.`,
      );
    this.graph = graph;
    this.spans = spans;
    this.values = values;
    this.info = info;
  }

  /** The score of an edge in a span. @throws AutocircuitError `unknown-name` */
  get(edge: string, span: string): number {
    const place = this.spans.indexOf(span);
    if (place < 0)
      throw new AutocircuitError("unknown-name", `There is no span "${span}". There are: ${this.spans.join(", ")}.`);
    return this.values[place * this.graph.edgeCount + this.graph.index(edge)]!;
  }

  /** The circuit of the edges with the largest magnitudes, each with its span; among equals those that come first. */
  circuit(size: number): SpanCircuit {
    const most = this.values.length;
    if (!(Number.isSafeInteger(size) && size >= 0 && size <= most))
      throw new AutocircuitError("bad-input", `A circuit over spans has 0 to ${most} edges here, not ${size}.`);
    const order = [...this.values.keys()].sort((a, b) => magnitude(this.values[b]!) - magnitude(this.values[a]!));
    const { edgeCount } = this.graph;
    const edges = order.slice(0, size).map((place) => {
      return [place % edgeCount, this.spans[Math.floor(place / edgeCount)]!] as const;
    });
    return new SpanCircuit(this.graph, this.spans, edges);
  }
}

/**
 * Scores of edges in spans of prompts of unequal length (the edges within positions of PEAP, Haklay et al. 2025, arXiv:2502.04577): a method's scores
 * of single tokens, aggregated over the tokens of a span in each prompt, and their mean over the prompts; a span that is empty counts 0. With `"sum"`
 * the spans add up to the scores of the whole prompt.
 *
 * Cost: that of the method, in batches of prompts of equal length.
 *
 * @param model with a graph without token positions
 * @throws AutocircuitError `bad-input` for spans of other prompts, a graph by token, and the loss "faithfulness", whose unit would be another for
 *   each length; what the method throws
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
  const { method = "eap-ig-inputs", aggregation = "sum", batchSize = 16, onProgress, ...ofMethod } = options;
  const { graph } = model;
  requireNoTokens(graph);
  requireSamePrompts(prompts, spans);
  if (options.loss === "faithfulness") {
    throw new AutocircuitError(
      "bad-input",
      'The loss "faithfulness" has another unit for prompts of each length. Take "answers".',
    );
  }
  const sums = new Float64Array(spans.names.length * graph.edgeCount);
  let done = 0;
  for (const group of equalLengths(model, prompts, batchSize)) {
    const onPrompt = (scores: Float32Array, row: number) => {
      const tokens = spans.ofTokens[group.places[row]!]!;
      addSpans(sums, aggregation, { scores, tokens, byToken: group.model.graph, graph });
    };
    await methods[method](group.model, group.prompts, { ...ofMethod, onPrompt });
    done += group.places.length;
    onProgress?.({ done, total: prompts.length });
  }
  const values = Float32Array.from(sums, (sum) => sum / prompts.length);
  const info = { algorithm: "span-scores", options: { method, aggregation, ...recordedOptions(options) } };
  return new SpanScores(graph, spans.names, values, info);
}

/** @throws AutocircuitError `bad-input` where spans are those of other prompts */
export function requireSamePrompts(prompts: readonly PromptPair[], { tokens }: PromptSpans): void {
  const other = prompts.findIndex(({ clean }, place) => {
    const own = tokens[place];
    return clean.length !== own?.length || clean.some((token, i) => token !== own[i]);
  });
  if (prompts.length === tokens.length && other < 0) return;
  throw new AutocircuitError(
    "bad-input",
    other < 0
      ? `The spans are those of ${tokens.length} prompts, not of these ${prompts.length}.`
      : `The spans are those of other prompts: number ${other} has other clean tokens (${prompts[other]!.clean.length}) than the one its spans were made for ` +
          `(${tokens[other]?.length ?? 0}). Give the prompts in the same order.`,
  );
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
