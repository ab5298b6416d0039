import { AutocircuitError } from "@autocircuit/base";
import { type ReplacedPart, scope, type Tensor } from "@autocircuit/native";
import type { Graph } from "../graph/graph.ts";
import type { GraphConfig } from "../graph/graph-config.ts";
import { resolvedGraphSize } from "../graph/graph-size.ts";

/** An autoencoder whose latents are sources of a graph. */
export interface LatentPlace {
  readonly block: number;
  /** What they stand in the place of: a block's heads, its MLP, or the residual stream behind it. */
  readonly of: ReplacedPart;
  /** How many latents. */
  readonly count: number;
}

/**
 * The autoencoders of a graph in the order in which they write, in each block attention, MLP, the stream behind them: that of what `latents` gives.
 *
 * @throws AutocircuitError `bad-input` for a graph without
 * @example
 * const places = latentPlaces(model.graph); // [{ block: 0, of: "mlp", count: 24576 }, ...]
 */
export function latentPlaces({ config }: Graph): readonly LatentPlace[] {
  const { layers, latents, attentionLatents, streamLatents } = config;
  if (latents === undefined) {
    throw new AutocircuitError(
      "bad-input",
      "This model has no autoencoders, so there are no latents: give it some, as `autoencoders` where it is loaded or by `withAutoencoders`.",
    );
  }
  const places = Array.from({ length: layers }, (_, block): LatentPlace[] => [
    { block, of: "attention", count: attentionLatents?.[block] ?? 0 },
    { block, of: "mlp", count: latents[block]! },
    { block, of: "stream", count: streamLatents?.[block] ?? 0 },
  ]);
  return places.flat().filter(({ count }) => count > 0);
}

/**
 * A network's configuration with latents as sources, before it has any: that of the graph which it will have.
 *
 * @param errors whether what autoencoders leave out is a source too
 * @throws AutocircuitError `bad-input` for a block that there is not, and two autoencoders of one place
 * @example
 * const places = [{ block: 0, of: "mlp", count: 24576 }, { block: 1, of: "mlp", count: 24576 }] as const;
 * graphSize(withLatentPlaces({ layers: 2, heads: 12, attnOnly: false, parallel: false }, places)).edgeCount;
 */
export function withLatentPlaces(config: GraphConfig, places: readonly LatentPlace[], errors = true): GraphConfig {
  const counts = (of: ReplacedPart) => {
    const ofPart = places.filter((place) => place.of === of);
    const byBlock = new Array<number>(config.layers).fill(0);
    for (const place of ofPart) {
      const { block, count } = place;
      const problem = byBlock[block] === undefined ? "there is no such block" : "there are two autoencoders of it";
      if (byBlock[block] !== 0) throw new AutocircuitError("bad-input", `${latentOwner(place)}: ${problem}.`);
      byBlock[block] = count;
    }
    return ofPart.length === 0 ? undefined : byBlock;
  };
  const [latents, attentionLatents, streamLatents] = [counts("mlp"), counts("attention"), counts("stream")];
  return { ...config, latents, attentionLatents, streamLatents, latentErrors: errors };
}

/** What a latent's name begins with: `MLP 3`, `Attention 3`, `Resid Post 3`. */
export function latentOwner({ block, of }: Pick<LatentPlace, "block" | "of">): string {
  return `${OWNERS[of]} ${block}`;
}

const OWNERS: Readonly<Record<ReplacedPart, string>> = { attention: "Attention", mlp: "MLP", stream: "Resid Post" };

/** Where latents begin among the rows of the outputs of all sources; see `Autoencoders` of the engine. */
export function firstLatentRow({ config }: Graph): number {
  const { latents: _, attentionLatents: __, streamLatents, ...ordinary } = config;
  // Behind each block stands what the autoencoder of the stream there leaves out.
  return resolvedGraphSize(ordinary).sourceCount + (streamLatents ? config.layers : 0);
}

/**
 * Latents out of the outputs of all sources, as they multiply the rows of their decoders: their activations, of `z` and `mlp_post` in models with a
 * norm behind attention or MLP times that norm's scale for the token (`PatchableModel.latents` has the activations themselves).
 *
 * @param sources `[rows, B, P, D]`
 * @returns a tensor `[B, P, latents]` for each autoencoder, in the order of {@link latentPlaces}; the caller's
 */
export function unpackLatents(graph: Graph, sources: Tensor): readonly Tensor[] {
  const [rows, batch, length] = sources.shape as [number, number, number, number];
  return scope(() =>
    byPlace(graph, sources.slice(0, firstLatentRow(graph), rows).permute([1, 2, 0, 3]).reshape([batch, length, -1])),
  );
}

/**
 * Latents of all autoencoders side by side, apart.
 *
 * @param all `[B, P, at least all latents]`
 * @returns a tensor `[B, P, latents]` for each autoencoder; the caller's
 */
export function byPlace(graph: Graph, all: Tensor): readonly Tensor[] {
  let first = 0;
  return scope(() =>
    latentPlaces(graph).map(({ count }) => {
      first += count;
      return all.slice(2, first - count, first).clone();
    }),
  );
}
