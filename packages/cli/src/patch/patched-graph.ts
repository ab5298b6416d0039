import { Circuit, type ModelGraphOptions, type PatchableModel } from "@autocircuit/core";
import { UsageError } from "../support/usage-error.ts";
import type { NamedEdge } from "./read-edges.ts";

/** Graphs that edges may belong to, most usual first. */
const KINDS: readonly ModelGraphOptions[] = [{}, { separateQkv: false }, { factorized: false }];

/**
 * The model with the graph that has all of these edges, by token if one of them has a position.
 *
 * @throws AutocircuitError with near names when no graph has them all
 */
export function withGraphOf(model: PatchableModel, edges: readonly NamedEdge[], seqLen: number | null): PatchableModel {
  const byToken = edges.some(({ token }) => token !== null);
  // Neither latents nor parallel blocks have a graph of nodes.
  const factorized = model.config.parallel || model.transformer.latents !== undefined;
  const kinds = factorized ? KINDS.filter((kind) => kind.factorized !== false) : KINDS;
  const models = kinds.map((kind) => model.withGraph({ ...kind, byToken, seqLen }));
  const fitting = models.find(({ graph }) => edges.every(({ name }) => graph.has(name, byToken ? 0 : null)));
  if (fitting) return fitting;
  // No graph has them all: the usual one says which edge it lacks and what is near.
  for (const { name } of edges) models[0]!.graph.index(name, byToken ? 0 : null);
  throw new UsageError(
    "The edges belong to different graphs. Take them all from one: separate or shared Q, K, V, or nodes.",
  );
}

/** A mask with a 1 for each of the edges; an edge without a position counts at all of them. */
export function maskOf({ graph }: PatchableModel, edges: readonly NamedEdge[]): Float32Array {
  const refs = edges.map(({ name, token }) => [name, token] as const);
  return Circuit.of(graph, refs).mask();
}
