import { describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { type KeptLatents, latentNumber, latentsByPosition } from "./kept-latents.ts";

const config = { layers: 2, heads: 1, attnOnly: false, parallel: false, latents: [3, 2] };
const graph = (keptLatents: KeptLatents, options = {}) => Graph.of({ ...config, keptLatents }, options);

describe("a graph with some of the latents of its autoencoders", () => {
  const kept = graph({ mlp: [[7, 2, 40], null] });

  it("calls them by their numbers there", () => {
    const names = kept.sources.filter(({ kind }) => kind === "latent").map(({ name }) => name);
    expect(names).toEqual(["MLP 0 Latent 7", "MLP 0 Latent 2", "MLP 0 Latent 40", "MLP 1 Latent 0", "MLP 1 Latent 1"]);
    expect(kept.has("MLP 0 Latent 0->A1.0.Q")).toBe(false);
    expect(kept.edge(kept.index("MLP 0 Latent 40->A1.0.Q")).name).toBe("MLP 0 Latent 40->A1.0.Q");
    expect(latentNumber(kept, kept.src("MLP 0 Latent 40"))).toBe(40);
    expect([kept, Graph.of(config)].map(latentsByPosition)).toEqual([false, false]);
    expect(() => latentNumber(kept, kept.src("A0.0"))).toThrow("`A0.0` is no latent of an autoencoder");
  });

  it("calls them by where they stand when each position has its own, and knows which they are", () => {
    const kept = graph(
      {
        mlp: [
          [
            [7, 2, 40],
            [1, 2, 3],
          ],
          null,
        ],
      },
      { seqLen: 2 },
    );
    const src = kept.src("MLP 0 Latent 2");
    expect([0, 1].map((token) => latentNumber(kept, src, token))).toEqual([40, 3]);
    expect(() => latentNumber(kept, src)).toThrow("another latent at each of 2 positions: say at which, from 0 to 1");
    expect(latentNumber(kept, kept.src("MLP 1 Latent 1"), 0)).toBe(1);
    expect(latentsByPosition(kept)).toBe(true);
  });

  it("is another graph than one with others, and its configuration makes it again", () => {
    const again = Graph.of(JSON.parse(JSON.stringify(kept.config)), kept.config);
    expect(again.equals(kept)).toBe(true);
    expect(graph({ mlp: [[7, 2, 41], null] }).equals(kept)).toBe(false);
    expect(graph({ mlp: [[2, 7, 40], null] }).equals(kept)).toBe(false);
    expect(graph({ mlp: [null, null] }).equals(Graph.of(config))).toBe(true);
  });

  it.each([
    [{ mlp: [[7, 2], null] }, "must have a number for each of 3 latents"],
    [{ mlp: [[7, 2, 7], null] }, "has a number twice"],
    [{ mlp: [[7, 2, -1], null] }, "must have whole numbers from 0 on"],
    [{ mlp: [[7, 2, 1]] }, "must have a list, or null, for each of the blocks that have latents of `mlp`"],
    [{ attention: [null, null] }, "for each of the blocks that have latents of `attention`"],
    [{ mlps: [] }, "has `mlps`; latents are of mlp, attention or stream"],
    [{ mlp: [[[1, 2, 3]], null] }, undefined],
  ])("refuses %j: %s", (keptLatents, message) => {
    const make = () => graph(keptLatents as KeptLatents);
    if (message) expect(make).toThrow(message);
    else
      expect(() => graph(keptLatents as KeptLatents, { seqLen: 2 })).toThrow(
        /at each of 1 position, so it is for prompts of 1 token, and these have 2: take/,
      );
  });
});
