import { mapAutoencoders, Tensor } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import type { LatentIdentity } from "../graph/same-graph.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { keepLatents } from "./keep-latents.ts";
import { PatchableModel } from "./patchable-model.ts";
import { pruneLatents } from "./prune-latents.ts";

const length = 6;
const prompts = new PromptLoader(randomPairs(4, length, 2), { batchSize: 2 });
const plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }), seqLen: length });
afterAll(() => {
  prompts[Symbol.dispose]();
  plain.dispose();
});

/** Autoencoders that files would have told by `fingerprint`. */
const given = (fingerprint: string, how: Partial<Parameters<typeof tinyAutoencoders>[1]> = {}) =>
  mapAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", errors: false, ...how }), (one) => ({
    ...one,
    fingerprint,
  }));

const logits = async (model: PatchableModel): Promise<Tensor> => model.forward(prompts.batches[0]!.clean);

describe("keepLatents", () => {
  const kinds = [
    ["latents of all positions", {}, {}],
    ["latents of each position", {}, { byPosition: true }],
    ["thresholds", { activation: "jumprelu" }, {}],
    ["the largest only", { activation: "topk" }, {}],
    ["cross-layer transcoders", { input: "mlp_in", crossLayers: true }, {}],
    ["attention and the stream beside", { beside: [{ input: "attn_out" }, { input: "resid_post" }] }, {}],
  ] as const;

  it.each(kinds)(
    "makes the graph and the numbers of a pruning again from its configuration: %s",
    async (_, how, by) => {
      const pruned = await pruneLatents(plain, given("a1", how as object), prompts, { maxLatents: 3, ...by });
      using before = plain.withAutoencoders(pruned.autoencoders);
      // As files have it.
      const config = JSON.parse(JSON.stringify(before.graph.config)) as LatentIdentity;
      using after = plain.withAutoencoders(keepLatents(given("a1", how as object), config));
      expect(after.graph.equals(before.graph)).toBe(true);
      expect(await (await logits(after)).toArray()).toEqual(await (await logits(before)).toArray());
    },
  );

  it.each([{}, { byPosition: true }])("leaves the latents of TopK that it keeps what they were: %j", async (by) => {
    const topK = () => given("a1", { activation: "topk" });
    using whole = plain.withAutoencoders(topK());
    const { clean } = prompts.batches[0]!;
    const values = async (model: PatchableModel) => {
      const latents = await model.latents(clean);
      return Promise.all(latents.map((one) => one.toArray() as Promise<number[][][]>));
    };
    const all = await values(whole);
    const { autoencoders } = await pruneLatents(plain, topK(), prompts, { maxLatents: 3, ...by });
    const [first] = autoencoders.blocks;
    const numbers = first!.latentNumbers as number[] | number[][];
    using pruned = plain.withAutoencoders(autoencoders);
    const left = await values(pruned);
    let active = 0;
    for (const [row, positions] of left[0]!.entries())
      for (const [position, latents] of positions.entries())
        for (const [i, value] of latents.entries()) {
          const number =
            [numbers[position]].flat().length > 1 ? (numbers[position] as number[])[i]! : (numbers[i] as number);
          expect(value).toBeCloseTo(all[0]![row]![position]![number]!, 12);
          if (value > 0) active++;
        }
    expect(active).toBeGreaterThan(0);
    // Among themselves alone as many of them would be active as count.
    expect(active).toBeLessThan(left[0]!.length * length * Math.min(first!.top!, 3));
    if ("byPosition" in by) return;
    using again = plain.withAutoencoders(
      keepLatents(topK(), { keptLatents: { mlp: [(numbers as number[]).slice(0, 2), null] } }),
    );
    expect((await values(again))[0]).toEqual(left[0]!.map((row) => row.map((latents) => latents.slice(0, 2))));
  });

  it("keeps all of an autoencoder that none were left out of, without a copy of the caller's", async () => {
    const all = given("a1");
    const kept = keepLatents(all, { keptLatents: { mlp: [[4, 1], null] } });
    for (const one of all.blocks)
      for (const name of ["encode", "bias", "decode", "outBias"] as const) one![name].dispose();
    using model = plain.withAutoencoders(kept);
    expect(model.graph.config.latents).toEqual([2, 6]);
    expect(model.graph.config.keptLatents).toEqual({ mlp: [[4, 1], null] });
    expect(model.graph.has("MLP 1 Latent 5->Resid End")).toBe(true);
    using whole = plain.withAutoencoders(keepLatents(given("a1"), { latentErrors: false }));
    using same = plain.withAutoencoders(given("a1"));
    expect(whole.graph.equals(same.graph)).toBe(true);
  });

  it("takes what is kept out of what was pruned before, by the same numbers", async () => {
    const four = keepLatents(given("a1"), { keptLatents: { mlp: [[8, 2, 5, 1], null] } });
    using two = plain.withAutoencoders(keepLatents(four, { keptLatents: { mlp: [[5, 8], null] } }));
    using same = plain.withAutoencoders(keepLatents(given("a1"), { keptLatents: { mlp: [[5, 8], null] } }));
    expect(two.graph.equals(same.graph)).toBe(true);
    expect(await (await logits(two)).toArray()).toEqual(await (await logits(same)).toArray());
    const lost = { keptLatents: { mlp: [[5, 3], null] } };
    expect(() => keepLatents(four, lost)).toThrow("MLP 0 has no latent 3: its 4 latents have other numbers");
  });

  it("names what `rivals` lack", () => {
    const topK = given("a1", { activation: "topk" });
    const { encode, bias } = topK.blocks[0]!;
    const withRivals = (rivals: object) => () =>
      plain.withAutoencoders(
        mapAutoencoders(topK, (one, number) => (number === 0 ? { ...one, rivals } : one) as never),
      );
    const places = (numbers: number[]) => Tensor.from(BigInt64Array.from(numbers, BigInt), { shape: [numbers.length] });
    expect(withRivals({})).toThrow("needs `rivals.encode`, a Tensor");
    expect(withRivals({ encode, bias })).toThrow("needs `rivals.places`, a Tensor");
    expect(withRivals({ encode, bias, places: places([0]) })).toThrow(/`rivals.places` must be \[\d+\], got \[1\]/);
    expect(withRivals({ encode, bias, places: bias })).toThrow(/`rivals.places` must be int64/);
  });

  it("refuses what these autoencoders do not have", async () => {
    const kept = (keptLatents: unknown, more: object = {}) =>
      expect(() => keepLatents(given("a1"), { keptLatents, ...more } as LatentIdentity));
    kept({ mlp: [[1, 9], null] }).toThrow("the autoencoder of MLP 0 has no latent 9: its latents are 0 to 8");
    kept({ mlp: [[1.5], null] }).toThrow("MLP 0 has no latent 1.5");
    kept({ mlp: [["1"], null] }).toThrow('MLP 0 has no latent "1"');
    kept({ mlp: [[1, 1], null] }).toThrow("of MLP 0 a latent is to be kept twice");
    kept({ mlp: [[], null] }).toThrow("of MLP 0 nothing would be left");
    kept({ mlp: [[[1, 2], [3]], null] }).toThrow("of MLP 0 each position must keep as many latents");
    kept({ mlp: [[1]] }).toThrow("`keptLatents.mlp` is of 1 block, and there are 2: each has its list");
    kept({ mlp: [] }).toThrow("`keptLatents.mlp` is of 0 blocks, and there are 2");
    kept({ mlp: [null, null, [1]] }).toThrow("`keptLatents.mlp` is of 3 blocks, and there are 2");
    kept(undefined).toThrow("`latents` has neither `latentErrors`, `autoencoders` nor `keptLatents`");
    kept(undefined, { layers: 2 }).toThrow("so it is of no model with autoencoders");
    kept({ attention: [[1], null] }).toThrow("latents of Attention 0 are to be kept");
    kept(null).toThrow("`keptLatents` must be an object");
    kept({ mlp: 3 }).toThrow("`keptLatents.mlp` must be a list");
    kept({ neurons: [[1]] }).toThrow("`keptLatents` has `neurons`");
    kept({ mlp: [[1], null] }, { autoencoders: "b2" }).toThrow(
      /^keepLatents: its latents are of other autoencoders \(b2\) than these \(\w+\): take those that it was found with\.$/,
    );
    const { autoencoders } = await pruneLatents(plain, given("a1"), prompts, { maxLatents: 2, byPosition: true });
    expect(() => keepLatents(autoencoders, { keptLatents: { mlp: [[1], null] } })).toThrow(/it was pruned before/);
  });
});
