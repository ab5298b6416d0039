import { MersenneTwister } from "@autocircuit/base";
import {
  Ablation,
  type Autoencoders,
  grad,
  mapAutoencoders,
  placedAutoencoders,
  scope,
  sourceRows,
  Tensor,
  type TransformerConfig,
} from "@autocircuit/native";
import { expect, it } from "vitest";
import { type TinyAutoencoders, tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import type { LatentIdentity } from "../graph/same-graph.ts";
import { keepLatents } from "./keep-latents.ts";
import { PatchableModel } from "./patchable-model.ts";

const PARTS = ["encode", "bias", "decode", "outBias"] as const;
const tokens = Tensor.from(
  [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ],
  { dtype: "int64" },
);
const random = new MersenneTwister(11);
const noise = (shape: readonly number[]) =>
  Tensor.from(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.next() / 2 ** 31 - 1),
    { shape },
  );

const kinds: [string, TinyAutoencoders, Partial<TransformerConfig>, LatentIdentity?][] = [
  ["MLP outputs", { input: "mlp_out" }, {}],
  ["neurons, TopK", { input: "mlp_post", activation: "topk" }, {}],
  [
    "TopK of which some are left",
    { input: "mlp_out", activation: "topk" },
    {},
    { keptLatents: { mlp: [[4, 1, 7, 2], [5, 0, 3]] } }, // biome-ignore format: lists
  ],
  [
    "transcoders beside head outputs, parallel blocks",
    { input: "mlp_in", beside: [{ input: "z" }] },
    { parallel: true },
  ],
  ["attention outputs in one block", { input: "attn_out", counts: [0, 5] }, {}],
  ["the residual stream beside MLP outputs", { input: "resid_post", beside: [{ input: "mlp_out" }] }, {}],
];

it.each(kinds)("gradients of autoencoders are finite differences: %s", async (_, autoencoders, changes, kept) => {
  using plain = new PatchableModel({ transformer: tinyTransformer(changes, 1, { dtype: "float64" }) });
  const all = tinyAutoencoders({ ...tinyConfig, ...changes }, { ...autoencoders, errors: false });
  const given = kept ? keepLatents(all, kept) : all;
  const leaves = placedAutoencoders(given).flatMap(({ autoencoder }) =>
    PARTS.map((part) => autoencoder[part].requireGrad()),
  );
  const weights = { logits: noise([2, 4, plain.config.dVocabOut]), activity: noise([2, 4]) };
  const lossOf = async (of: Autoencoders, withLeaves: readonly Tensor[]) => {
    using model = plain.withAutoencoders(of);
    const graph = { ...model.graph.toNative(), groups: [], edgeCount: 0 };
    using ablation = new Ablation(
      Tensor.zeros([sourceRows(graph, plain.config), 1, 4, plain.config.dModel], { dtype: "float64" }),
    );
    const mask = Tensor.zeros([0], { dtype: "float64" }).requireGrad();
    const { logits, activity } = await model.transformer.forward({
      tokens,
      patch: { graph, mask, ablation, autoencoderLeaves: withLeaves },
    });
    return logits!.mul(weights.logits).sum().add(activity!.mul(weights.activity).sum());
  };
  const gradients = grad(await lossOf(given, leaves), leaves);
  for (const [number, { autoencoder }] of placedAutoencoders(given).entries()) {
    for (const [place, part] of PARTS.entries()) {
      const gradient = await gradients[4 * number + place]!.data();
      expect(gradient.some((value) => value !== 0)).toBe(true);
      for (let tried = 0; tried < 3; tried++) {
        const at = random.below(autoencoder[part].size);
        const moved = (by: number) =>
          mapAutoencoders(given, (one, other) => {
            if (other !== number) return one;
            const step = Float64Array.from({ length: one[part].size }, (_, cell) => (cell === at ? by : 0));
            return { ...one, [part]: one[part].add(Tensor.from(step, { shape: one[part].shape })) };
          });
        const difference = await scope(async () => {
          const [up, down] = [await lossOf(moved(1e-6), leaves), await lossOf(moved(-1e-6), leaves)];
          return (Number(await up.item()) - Number(await down.item())) / 2e-6;
        });
        expect(Math.abs(difference - Number(gradient[at])), `${part} of ${number}`).toBeLessThan(1e-6);
      }
    }
  }
  // What the leaves are of is looked at.
  await expect(lossOf(given, leaves.slice(1))).rejects.toThrow(/four leaves for each/);
  await expect(lossOf(given, [...leaves.slice(1), leaves[0]!])).rejects.toThrow(/leaves of other shapes/);
});

it("values that latents take get no gradient, and a request for it is refused", async () => {
  using plain = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
  using model = plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out" }));
  using ablation = await model.ablations(tokens, "zero");
  const mask = Tensor.zeros([model.graph.edgeCount], { dtype: "float64" }).requireGrad();
  const ablationLeaf = Tensor.zeros(ablation.sources.shape, { dtype: "float64" }).requireGrad();
  await expect(model.forward(tokens, { ablate: mask, ablation, ablationLeaf })).rejects.toMatchObject({
    code: "bad-input",
    message: expect.stringContaining("latents of autoencoders take get no gradient"),
  });
});
