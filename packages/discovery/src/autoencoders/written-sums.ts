import { firstLatentRow, type Graph, type LatentPlace, latentPlaces, unpackLatents } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";

/**
 * Sums of what the sources of a graph with latents write, in the graph's order.
 *
 * @param outputs `[rows, B, P, D]`
 * @param perUnit sum over D of what a unit of each latent writes, `[positions or 1, latents]`
 */
export function writtenSums(graph: Graph, outputs: Tensor, perUnit: Tensor): Tensor {
  const { layers, heads, attnOnly, streamLatents, latentErrors } = graph.config;
  const ordinary = outputs.slice(0, 0, firstLatentRow(graph)).sum([1, 2, 3]);
  const [mlps, streams] = [attnOnly ? 0 : 1, streamLatents ? 1 : 0];
  const places = latentPlaces(graph);
  const latents = unpackLatents(graph, outputs);
  let first = 0;
  /** What stands in the place of some rows: themselves, or latents and their error, which has the first of these rows. */
  const inPlace = (of: LatentPlace["of"], block: number, row: number, rows: number): Tensor[] => {
    const number = places.findIndex((place) => place.of === of && place.block === block);
    if (number < 0) return [ordinary.slice(0, row, row + rows)];
    first += places[number]!.count;
    const units = perUnit.slice(1, first - places[number]!.count, first);
    const written = latents[number]!.sum(0).mul(units).sum(0);
    return [written, ...(latentErrors ? [ordinary.slice(0, row, row + 1)] : [])];
  };
  const blocks = Array.from({ length: layers }, (_, block) => {
    const row = 1 + block * (heads + mlps + streams);
    const ofAttention = inPlace("attention", block, row, heads);
    const ofMlp = attnOnly ? [] : inPlace("mlp", block, row + heads, 1);
    // A block behind which the stream goes on has a row of zeros there, which is no source.
    return [
      ...ofAttention,
      ...ofMlp,
      ...(streamLatents?.[block] ? inPlace("stream", block, row + heads + mlps, 1) : []),
    ];
  });
  return Tensor.cat([ordinary.slice(0, 0, 1), ...blocks.flat()]);
}
