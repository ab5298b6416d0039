import { AutocircuitError } from "@autocircuit/base";
import type { Graph } from "@autocircuit/core";

/** Calls with each edge of a graph by token: its number there, its position, and its number in the graph without tokens. */
export function forEachToken(
  byToken: Graph,
  graph: Graph,
  visit: (cell: number, token: number, edge: number) => void,
): void {
  byToken.groups.forEach(({ offset, size }, place) => {
    const { offset: first, size: edges } = graph.groups[place]!;
    for (let cell = 0; cell < size; cell++) visit(offset + cell, Math.floor(cell / edges), first + (cell % edges));
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
export function requireNoTokens({ tokens }: Graph): void {
  if (tokens === null) return;
  throw new AutocircuitError(
    "bad-input",
    "Spans need a graph without token positions, which they stand for: `model.withGraph({ byToken: false })`.",
  );
}
