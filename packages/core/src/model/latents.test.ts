import { describe, expect, it } from "vitest";
import { Graph } from "../graph/graph.ts";
import { type LatentPlace, latentPlaces, withLatentPlaces } from "./latents.ts";

const config = { layers: 3, heads: 2, attnOnly: false, parallel: false };

describe("withLatentPlaces", () => {
  it("gives the graph of a model that has these latents", () => {
    const places: LatentPlace[] = [
      { block: 0, of: "mlp", count: 5 },
      { block: 1, of: "attention", count: 4 },
      { block: 1, of: "stream", count: 7 },
      { block: 2, of: "mlp", count: 3 },
    ];
    for (const errors of [true, false]) {
      const graph = Graph.of(withLatentPlaces(config, places.toReversed(), errors));
      expect(latentPlaces(graph)).toEqual(places);
      expect(graph.config.latentErrors).toBe(errors);
    }
    expect(Graph.of(withLatentPlaces(config, [])).equals(Graph.of(config))).toBe(true);
  });

  it("refuses two of a place, and blocks that there are not", () => {
    const one: LatentPlace = { block: 1, of: "mlp", count: 5 };
    expect(() => withLatentPlaces(config, [one, one])).toThrow(/MLP 1: there are two autoencoders of it/);
    expect(() => withLatentPlaces(config, [{ ...one, block: 3 }])).toThrow(/MLP 3: there is no such block/);
  });
});
