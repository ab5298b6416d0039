import { describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { keepsLatentErrors, latentDifference, latentIdentity, requireSameGraph } from "./same-graph.ts";

const config = { layers: 2, heads: 1, attnOnly: false, parallel: false };
const latents = { ...config, latents: [3, 2] };

describe("requireSameGraph", () => {
  it.each([
    [config, { ...config, layers: 3 }, "layers is 2, wanted 3"],
    [
      config,
      latents,
      "it is of the model without autoencoders, whose MLPs or heads are sources themselves: leave the `autoencoders` out",
    ],
    [
      { ...config, layers: 12, latents: new Array(12).fill(64) },
      { ...config, layers: 12, latents: [0, 0, ...new Array(10).fill(64)] },
      "latents is [64 (12 times)], wanted [0 (2 times), 64 (10 times)]",
    ],
    [
      { ...config, layers: 6, latents: [1, 2, 3, 4, 5, 6] },
      { ...config, layers: 6, latents: [1, 2, 3, 4, 4, 4] },
      "latents is [1, 2, 3, ..., 6] (6 numbers), wanted [1, 2, 3, 4 (3 times)]",
    ],
    [
      { ...latents, autoencoders: "a1" },
      { ...latents, autoencoders: "b2" },
      "its latents are of other autoencoders (a1) than the model's (b2)",
    ],
    [latents, { ...latents, autoencoders: "b2" }, "it does not say of which autoencoders its latents are"],
    [
      { ...latents, autoencoders: "a1" },
      latents,
      "its latents are of the autoencoders a1, the model's come from no file",
    ],
    [
      { ...latents, keptLatents: { mlp: [[5, 1, 9], null] } },
      { ...latents, keptLatents: { mlp: [[5, 1, 8], null] } },
      "of block 0 (mlp) it has the latents 5, 1, 9, the model's 5, 1, 8",
    ],
    [
      latents,
      { ...latents, keptLatents: { mlp: [null, [4, 3]] } },
      "of block 1 (mlp) it has the latents as they are numbered, the model's 4, 3",
    ],
  ])("says in what graphs differ: %#", (found, model, message) => {
    expect(() => requireSameGraph(Graph.of(found), Graph.of(model), "The scores are")).toThrow(
      `The scores are of another graph than the model's: ${message}`,
    );
    expect(() => requireSameGraph(Graph.of(found), Graph.of(found), "The scores are")).not.toThrow();
  });

  it("takes what is called by the numbers of latents whatever their order, and what is numbered by it in its own only", () => {
    const kept = (...mlp: (number[] | number[][] | null)[]) => Graph.of({ ...latents, keptLatents: { mlp } });
    const [ours, theirs] = [kept([4, 14, 3], null), kept([14, 3, 4], null)];
    expect(latentDifference(latentIdentity(ours), theirs)).toBeUndefined();
    expect(() => requireSameGraph(ours, theirs, "The scores are")).toThrow(
      "it has the same latents as the model's in another order, in which its edges are numbered: keep them in its order (`keepLatents`",
    );
    expect(latentDifference(latentIdentity(ours), kept([14, 3, 5], null))).toMatch(
      /of block 0 \(mlp\) it has the latents 4, 14, 3, the model's 14, 3, 5/,
    );
    // By position a name says where a latent stands.
    expect(latentDifference(latentIdentity(kept([[4, 14, 3]], null)), kept([[14, 3, 4]], null))).toMatch(
      /of block 0 \(mlp\) it has the latents 4, 14, 3, the model's 14, 3, 4/,
    );
  });

  it("says whose the other graph is, of latents too", () => {
    const [ours, theirs] = [Graph.of({ ...latents, autoencoders: "a1" }), Graph.of({ ...latents, autoencoders: "b2" })];
    expect(() => requireSameGraph(ours, theirs, "The circuit is", "the scores'")).toThrow(
      "The circuit is of another graph than the scores': its latents are of other autoencoders (a1) than the scores' (b2).",
    );
  });
});

it.each([
  [{}, true],
  [{ asAutocircuit: true }, false],
  [{ asAutocircuit: true, autoencoderErrors: true }, true],
  [{ autoencoderErrors: false }, false],
  [{ kept: { latentErrors: false } }, false],
  [{ kept: { latentErrors: true }, asAutocircuit: true }, true],
  [{ kept: { latentErrors: true }, autoencoderErrors: false }, false],
  [{ kept: { keptLatents: {} }, asAutocircuit: true }, false],
])("what autoencoders leave out is a source as asked, as it was, or as the task is: %j, %s", (asked, kept) => {
  expect(keepsLatentErrors(asked)).toBe(kept);
});
