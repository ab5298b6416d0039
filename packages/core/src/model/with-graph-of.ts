import { AutocircuitError, kind, signature } from "@autocircuit/base";
import { unclearGroups } from "../graph/unclear-groups.ts";
import * as kinds from "../kinds.ts";
import type { ModelGraphOptions } from "./model-options.ts";
import type { PatchableModel } from "./patchable-model.ts";

/** Graphs that edges may belong to, most usual first. */
const GRAPHS: readonly ModelGraphOptions[] = [{}, { ungrouped: true }, { separateQkv: false }, { factorized: false }];

/** An edge as a file names it: by its name, with a position or without, where it stands for all of them. */
export type EdgeName = string | readonly [name: string, token: number | null];

const check = signature("withGraphOf", {
  model: kinds.patchableModel,
  edges: kind.listOf(kinds.edgeName),
  seqLen: kind.orNull(kind.whole),
});

/**
 * The model with the graph that has all of these edges: with queries, keys and values apart (of each head, where the model's own graph has them of
 * groups) or together, or of nodes, as their names say; by token if one of them has a position. It shares the transformer, as `model.withGraph` does.
 *
 * @param seqLen positions of the prompts; null where they differ, and there is no graph by token
 * @throws AutocircuitError `unknown-name` with near names where the usual graph lacks an edge, `bad-input` for edges of different graphs, and for edges
 *   into keys and values that could be of groups or of single heads, see `unclearGroups`; where the model's own graph is ungrouped they are of that
 * @example
 * const { graph } = withGraphOf(model, ["A0.3->A1.2"], prompts.seqLen);
 * console.log(graph.config.separateQkv); // false
 */
export function withGraphOf(model: PatchableModel, edges: readonly EdgeName[], seqLen: number | null): PatchableModel {
  check({ model, edges, seqLen });
  const named = edges.map((edge) => (typeof edge === "string" ? ([edge, null] as const) : edge));
  const unclear =
    model.graph.config.ungrouped || !model.graph.config.separateQkv
      ? undefined
      : unclearGroups(
          model.config,
          named.map(([name]) => name),
        );
  if (unclear !== undefined)
    throw new AutocircuitError(
      "bad-input",
      `${unclear} is another input in a graph of grouped keys and values than in an ungrouped one, and both have it. Make the graph that is meant: ` +
        "`model.withGraph({ ungrouped: true })`, or `false`, and take the edges in it.",
    );
  const byToken = named.some(([, token]) => token !== null);
  // Neither latents nor parallel blocks have a graph of nodes.
  const factorized = model.config.parallel || model.transformer.latents !== undefined;
  const grouped = model.config.kvHeads !== model.config.heads;
  const graphs = GRAPHS.filter((graph) => (graph.factorized ?? true) || !factorized).filter(
    (graph) => grouped || !graph.ungrouped,
  );
  const models = graphs.map((graph) => model.withGraph({ ...graph, byToken, seqLen }));
  const fitting = models.find(({ graph }) => named.every(([name]) => graph.has(name, byToken ? 0 : null)));
  if (fitting) return fitting;
  // No graph has them all: the usual one says which edge it lacks and what is near.
  for (const [name] of named) models[0]!.graph.index(name, byToken ? 0 : null);
  throw new AutocircuitError(
    "bad-input",
    "The edges belong to different graphs. Take them all from one: separate or shared Q, K, V, or nodes.",
  );
}
