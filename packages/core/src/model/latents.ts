import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";

/**
 * Latents of each block.
 *
 * @throws AutocircuitError `bad-input` for a graph without
 */
export function requireLatents(graph: Graph): readonly number[] {
  if (graph.config.latents) return graph.config.latents;
  throw new AutocircuitError(
    "bad-input",
    "This model has no autoencoders, so there are no latents: give it some (withAutoencoders in a program, --autoencoders on the command line).",
  );
}

/** Where latents begin among the rows of the outputs of all sources; see `Autoencoders` of the engine. */
export function firstLatentRow({ config }: Graph): number {
  return 1 + config.layers * (config.heads + 1);
}

/**
 * Latents out of the outputs of all sources.
 *
 * @param sources `[rows, B, P, D]`
 * @returns a tensor `[B, P, latents]` for each block, the caller's
 */
export function unpackLatents(graph: Graph, sources: Tensor): readonly Tensor[] {
  const counts = requireLatents(graph);
  const [rows, batch, length] = sources.shape as [number, number, number, number];
  return scope(() => {
    const all = sources.slice(0, firstLatentRow(graph), rows).permute([1, 2, 0, 3]).reshape([batch, length, -1]);
    let first = 0;
    return counts.map((count) => {
      first += count;
      return all.slice(2, first - count, first).clone();
    });
  });
}
