import { AutocircuitError } from "@autocircuit/base";
import { scope, type Tensor } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import { resolvedGraphSize } from "../graph/graph-size.ts";

/** An autoencoder whose latents are sources of a graph. */
export interface LatentPlace {
  readonly block: number;
  /** What they stand in the place of: a block's heads or its MLP. */
  readonly of: "attention" | "mlp";
  /** How many latents. */
  readonly count: number;
}

/**
 * The autoencoders of a graph in the order in which they write, attention before the MLP of each block: that of what `latents` gives.
 *
 * @throws AutocircuitError `bad-input` for a graph without
 * @example
 * const places = latentPlaces(model.graph); // [{ block: 0, of: "mlp", count: 24576 }, ...]
 */
export function latentPlaces({ config }: Graph): readonly LatentPlace[] {
  const { layers, latents, attentionLatents } = config;
  if (latents === undefined) {
    throw new AutocircuitError(
      "bad-input",
      "This model has no autoencoders, so there are no latents: give it some (withAutoencoders in a program, --autoencoders on the command line).",
    );
  }
  const places = Array.from({ length: layers }, (_, block): LatentPlace[] => [
    { block, of: "attention", count: attentionLatents?.[block] ?? 0 },
    { block, of: "mlp", count: latents[block]! },
  ]);
  return places.flat().filter(({ count }) => count > 0);
}

/** What a latent's name begins with: `MLP 3`, `Attention 3`. */
export function latentOwner({ block, of }: Pick<LatentPlace, "block" | "of">): string {
  return `${of === "mlp" ? "MLP" : "Attention"} ${block}`;
}

/** Where latents begin among the rows of the outputs of all sources; see `Autoencoders` of the engine. */
export function firstLatentRow({ config }: Graph): number {
  const { latents: _, attentionLatents: __, ...ordinary } = config;
  return resolvedGraphSize(ordinary).sources;
}

/**
 * Latents out of the outputs of all sources.
 *
 * @param sources `[rows, B, P, D]`
 * @returns a tensor `[B, P, latents]` for each autoencoder, in the order of {@link latentPlaces}; the caller's
 */
export function unpackLatents(graph: Graph, sources: Tensor): readonly Tensor[] {
  const places = latentPlaces(graph);
  const [rows, batch, length] = sources.shape as [number, number, number, number];
  return scope(() => {
    const all = sources.slice(0, firstLatentRow(graph), rows).permute([1, 2, 0, 3]).reshape([batch, length, -1]);
    let first = 0;
    return places.map(({ count }) => {
      first += count;
      return all.slice(2, first - count, first).clone();
    });
  });
}
