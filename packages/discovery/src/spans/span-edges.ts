import { AutocircuitError } from "@autocircuit/base";
import { type AblationType, dataSetSides, type Graph, type PromptPair } from "@autocircuit/core";
import type { Ablation } from "@autocircuit/native";
import type { AttributionOptions } from "../attribution/attribution-options.ts";
import type { PromptSpans } from "./prompt-spans.ts";

/** Calls with each edge of a graph by token: its number there, its position, and its number in the graph without tokens. */
export function forEachToken(
  byToken: Graph,
  graph: Graph,
  visit: (cell: number, token: number, edge: number) => void,
): void {
  byToken.groups.forEach(({ offset, size }, place) => {
    const { offset: first, size: edgeCount } = graph.groups[place]!;
    for (let cell = 0; cell < size; cell++)
      visit(offset + cell, Math.floor(cell / edgeCount), first + (cell % edgeCount));
  });
}

/** @throws AutocircuitError `bad-input` where two spans are called the same */
export function requireOwnNames(spans: readonly string[]): void {
  const seen = new Set<string>();
  for (const span of spans) {
    if (seen.has(span)) throw new AutocircuitError("bad-input", `The span "${span}" is there twice.`);
    seen.add(span);
  }
}

/** @throws AutocircuitError `bad-input` for a graph that has its own positions */
export function requireNoTokens({ seqLen }: Graph): void {
  if (seqLen === null) return;
  throw new AutocircuitError(
    "bad-input",
    "Spans need a graph that is not by token, since they stand for positions: `model.withGraph({ byToken: false })`.",
  );
}

/** What is run on prompts with spans. */
interface SpanRun {
  readonly ablation?: AblationType | Ablation | undefined;
  readonly loss?: AttributionOptions["loss"];
}

/**
 * Holds that spans are those of some prompts, and can be in a graph, with what is run.
 *
 * @throws AutocircuitError `bad-input` for a graph by token, spans of other prompts, means over a data set, and the loss "faithfulness"
 */
export function requireFittingSpans(
  graph: Graph,
  prompts: readonly PromptPair[],
  spans: PromptSpans,
  run: SpanRun,
): void {
  requireNoTokens(graph);
  requireSamePrompts(prompts, spans);
  requireOwnValues(run);
}

/** @throws AutocircuitError `bad-input` for what is made of all prompts together, and so is another thing in prompts of each length */
function requireOwnValues({ ablation, loss }: SpanRun): void {
  if (typeof ablation === "string" && dataSetSides(ablation))
    throw new AutocircuitError(
      "bad-input",
      `The ablation "${ablation}" is a mean for each position, and spans are of unequal length: take resample, zero or a mean of the batch.`,
    );
  if (loss === "faithfulness")
    throw new AutocircuitError(
      "bad-input",
      'The loss "faithfulness" has another unit for prompts of each length. Take "answers".',
    );
}

/** @throws AutocircuitError `bad-input` where spans are those of other prompts */
function requireSamePrompts(prompts: readonly PromptPair[], { tokens }: PromptSpans): void {
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
