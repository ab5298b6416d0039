import { MersenneTwister } from "@autocircuit/base";
import { grad, mapAutoencoders, scope, Tensor, type TransformerConfig } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { models, type ShapeOptions } from "../../test/latent-models.ts";
import { type TinyAutoencoders, tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { maxDifference, randomPairs, tinyConfig } from "../../test/tiny-transformer.ts";
import type { AblationType } from "../ablations/ablation-type.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { latentOwner, latentPlaces } from "./latents.ts";
import type { PatchableModel } from "./patchable-model.ts";
import { pruneLatents } from "./prune-latents.ts";

const [batchSize, length] = [3, 5];
const prompts = new PromptLoader(randomPairs(batchSize, length), { batchSize });
const batch = prompts.batches[0]!;
afterAll(() => prompts[Symbol.dispose]());

const random = new MersenneTwister(11);
const uniform = () => random.next() / 2 ** 32;

/** Largest absolute difference; frees the first. */
async function apart(found: Tensor, expected: Tensor): Promise<number> {
  const difference = await scope(() => found.sub(expected).abs().max()).item();
  found.dispose();
  return Number(difference);
}

async function numbers(tensor: Tensor): Promise<Float64Array> {
  const data = (await tensor.data()) as Float64Array;
  tensor.dispose();
  return data;
}

const shapes: [string, TinyAutoencoders, Partial<TransformerConfig>, ShapeOptions][] = [
  ["behind every block", { input: "resid_post" }, {}, {}],
  ["behind the first block, without its error", { input: "resid_post", errors: false, counts: [6, 0] }, {}, {}],
  [
    "behind the last block, the last position alone",
    { input: "resid_post", counts: [0, 7] },
    {},
    { outputSlice: "last_seq" },
  ],
  ["TopK in parallel blocks", { input: "resid_post", activation: "topk" }, { parallel: true }, {}],
  ["JumpReLU without MLPs", { input: "resid_post", activation: "jumprelu" }, { attnOnly: true }, {}],
  ["behind a model with norms after its parts", { input: "resid_post" }, {}, { postNorms: true }],
  [
    "beside MLPs and attention, by token, one input per head",
    {
      input: "mlp_in",
      counts: [5, 4, 0],
      beside: [
        { input: "attn_out", counts: [0, 4, 3] },
        { input: "resid_post", counts: [6, 0, 5] },
      ],
    },
    { layers: 3 },
    { byToken: true, seqLen: length, separateQkv: false },
  ],
  [
    "without errors, beside neurons",
    {
      input: "resid_post",
      errors: false,
      counts: [6, 5, 0],
      activation: "topk",
      beside: [{ input: "mlp_post", counts: [0, 4, 5] }],
    },
    { layers: 3, kvHeads: 1 },
    { outputSlice: "last_seq" },
  ],
];

const all = (model: PatchableModel) => Tensor.full([model.graph.edgeCount], 1, { dtype: "float64" });

describe("autoencoders of the residual stream", () => {
  it.each(shapes.filter(([, { errors }]) => errors !== false))(
    "%s: with errors kept and nothing ablated, the model is what it was",
    async (_, given, changes, options) => {
      using both = models(given, changes, options);
      using expected = await both.plain.forward(batch.clean);
      expect(await apart(await both.withLatents.forward(batch.clean), expected)).toBeLessThan(1e-10);
    },
  );

  it.each(shapes)("%s: with all edges ablated, it is the ablated run", async (_, given, changes, options) => {
    using both = models(given, changes, options);
    const { withLatents: model } = both;
    using ablation = await model.ablations(batch.corrupt, "resample");
    using expected = await model.forward(batch.corrupt);
    expect(await apart(await model.forward(batch.clean, { ablate: all(model), ablation }), expected)).toBeLessThan(
      1e-10,
    );
  });

  it.each(shapes)("%s: gradients are finite differences", async (_, given, changes, options) => {
    using both = models(given, changes, options);
    const { withLatents: model } = both;
    const { edgeCount } = model.graph;
    using ablation = await model.ablations(batch.corrupt, "resample");
    const mask = Float64Array.from({ length: edgeCount }, uniform);
    const leaf = Tensor.from(mask).requireGrad();
    using logits = await model.forward(batch.clean, { ablate: leaf, ablation });
    const weights = Tensor.from(
      Float64Array.from({ length: logits.size }, () => uniform() - 0.5),
      { shape: logits.shape },
    );
    const gradient = await numbers(grad(logits.mul(weights).sum(), [leaf])[0]!);
    const loss = async (edge: number, value: number) =>
      Number(
        await (
          await model.forward(batch.clean, {
            ablate: Tensor.from(mask.map((old, index) => (index === edge ? value : old))),
            ablation,
          })
        )
          .mul(weights)
          .sum()
          .item(),
      );
    const largest = Math.max(...gradient.map(Math.abs));
    const step = 1e-6;
    for (let tried = 0; tried < 20; tried++) {
      const edge = random.below(edgeCount);
      const at = mask[edge]!;
      const difference = ((await loss(edge, at + step)) - (await loss(edge, at - step))) / (2 * step);
      expect(Math.abs(difference - gradient[edge]!), model.graph.edge(edge).name).toBeLessThan(
        1e-6 * Math.max(1, largest),
      );
    }
  });

  it("write what is computed by hand: latents, what they leave out, and the stream without one of them", async () => {
    const given = tinyAutoencoders(tinyConfig, { input: "resid_post", counts: [6, 0] });
    using both = models({ input: "resid_post", counts: [6, 0] });
    const { plain, withLatents: model } = both;
    const hook = "blocks.0.hook_resid_post";
    using seen = await plain.activations(batch.clean, [hook]);
    const { encode, bias, decode, outBias } = given.blocks[0]!;
    const stream = seen.of(hook);
    const latents = stream.matmul(encode.transpose(0, 1)).add(bias).relu();
    const error = stream.sub(latents.matmul(decode).add(outBias));
    const [found] = await model.latents(batch.clean);
    expect(await apart(found!, latents)).toBeLessThan(1e-10);
    using rows = await model.sourceOutputs(batch.clean);
    // Start, two heads and an MLP of block 0, then what its autoencoder leaves out.
    expect(await apart(rows.select(0, 4), error)).toBeLessThan(1e-10);
    // Nothing stands behind block 1.
    expect(await rows.select(0, 8).abs().max().item()).toBe(0);

    using zero = await model.ablations(batch.clean, "zero");
    const edgesFrom = (source: string) => [...model.graph.edges()].filter(({ src }) => src.name === source);
    for (const latent of [0, 1, 2, 3, 4, 5]) {
      const without = stream.sub(latents.slice(2, latent, latent + 1).mul(decode.slice(0, latent, latent + 1)));
      using expected = await plain.forward(batch.clean, { replace: [{ hook, value: without }] });
      const ablate = edgesFrom(`Resid Post 0 Latent ${latent}`);
      expect(await apart(await model.forward(batch.clean, { ablate, ablation: zero }), expected)).toBeLessThan(1e-10);
    }
    using expected = await plain.forward(batch.clean, { replace: [{ hook, value: stream.sub(error) }] });
    const ablate = edgesFrom("Resid Post 0 Error");
    expect(await apart(await model.forward(batch.clean, { ablate, ablation: zero }), expected)).toBeLessThan(1e-10);
    using dropped = plain.withAutoencoders({ ...given, errors: false });
    expect(await apart(await dropped.forward(batch.clean), expected)).toBeLessThan(1e-10);
  });

  it("read what patched edges leave of the stream, and their error is of that", async () => {
    using both = models({ input: "resid_post", counts: [6, 0] });
    const { plain, withLatents: model } = both;
    using zero = await model.ablations(batch.clean, "zero");
    using ofHead = (await plain.sourceOutputs(batch.clean)).select(0, 2);
    const hook = "blocks.0.hook_resid_post";
    using seen = await plain.activations(batch.clean, [hook]);
    using expected = await plain.forward(batch.clean, { replace: [{ hook, value: seen.of(hook).sub(ofHead) }] });
    const ablate = ["A0.1->Resid Post 0"];
    expect(await apart(await model.forward(batch.clean, { ablate, ablation: zero }), expected)).toBeLessThan(1e-10);
  });

  it("run many masks at once, and from a kept run, as one after the other", async () => {
    using both = models({ input: "resid_post", beside: [{ input: "attn_out" }] });
    const { withLatents: model } = both;
    const { edgeCount } = model.graph;
    using ablation = await model.ablations(batch.corrupt, "resample");
    const masks = [0.1, 0.5, 0.95].map((share) =>
      Float64Array.from({ length: edgeCount }, () => (uniform() < share ? 1 : 0)),
    );
    const each: number[] = [];
    for (const mask of masks)
      each.push(...(await numbers(await model.forward(batch.clean, { ablate: Tensor.from(mask), ablation }))));
    using together = Tensor.from(Float64Array.from(masks.flatMap((mask) => [...mask])), { shape: [3, edgeCount] });
    using kept = (await model.run(batch.clean, { keepRun: true })).run!;
    const found = await numbers(await model.forward(batch.clean, { ablate: together, ablation, from: kept }));
    expect(maxDifference(found, each)).toBeLessThan(1e-10);
  });

  it.each(["zero", "batch-tokenwise-mean", "batch-all-tok-mean"] as const satisfies readonly AblationType[])(
    "take %s as ablation",
    async (type) => {
      using both = models({ input: "resid_post" });
      const { withLatents: model } = both;
      using ablation = await model.ablations(batch.clean, type);
      // What stands in the end reads the last autoencoder alone.
      const places = latentPlaces(model.graph).filter(({ block }) => block === 1);
      const ablate = [...model.graph.edges()].filter(({ dest }) => dest.kind === "end");
      expect(new Set(ablate.map(({ src }) => src.name.replace(/ (Latent \d+|Error)$/, "")))).toEqual(
        new Set(places.map(latentOwner)),
      );
      using found = await model.forward(batch.clean, { ablate, ablation });
      using other = await model.forward(batch.corrupt, { ablate, ablation });
      expect(await apart(found, other)).toBeLessThan(1e-10);
    },
  );

  it("are pruned by prompts, by position too", async () => {
    using both = models({ input: "resid_post", errors: false, counts: [8, 0] });
    const { plain } = both;
    const given = tinyAutoencoders(tinyConfig, { input: "resid_post", errors: false, counts: [8, 0] });
    const whole = await pruneLatents(plain, given, prompts);
    expect(whole.prunedKl).toBeLessThan(1e-12);
    const few = await pruneLatents(plain, given, prompts, { maxLatents: 2, byPosition: true });
    using model = plain.withAutoencoders(few.autoencoders);
    expect(model.graph.config.streamLatents).toEqual([2, 0]);
    expect((await model.forward(batch.clean)).shape[0]).toBe(batchSize);
    const dead = mapAutoencoders(given, (one) => ({ ...one, bias: one.bias.sub(1e6) }));
    await expect(pruneLatents(plain, dead, prompts)).rejects.toThrow(/no latent of Resid Post 0 is active/);
  });

  it("are named, and refused where they do not fit", async () => {
    using both = models({ input: "resid_post", counts: [6, 5] });
    const { plain, withLatents } = both;
    const { graph } = withLatents;
    for (const edge of [
      "Resid Start->Resid Post 0",
      "MLP 0->Resid Post 0",
      "Resid Post 0 Latent 5->A1.1.Q",
      "Resid Post 0 Error->Resid Post 1",
      "Resid Post 1 Latent 4->Resid End",
    ])
      expect(graph.has(edge), edge).toBe(true);
    for (const edge of ["Resid Start->A1.0.Q", "A0.0->Resid Post 1", "Resid Post 0 Latent 5->Resid End"])
      expect(graph.has(edge), edge).toBe(false);
    expect(graph.group("blocks.1.hook_resid_post.latent_ins").kind).toBe("post");
    expect(graph.group("blocks.1.hook_resid_post").kind).toBe("end");
    expect(() => withLatents.withGraph({ factorized: false })).toThrow(/factorised/);
    const of = (input: TinyAutoencoders, config = tinyConfig) =>
      plain.withAutoencoders(tinyAutoencoders(config, input));
    expect(() => of({ input: "resid_post" }, { ...tinyConfig, dModel: 8 })).toThrow(
      /the residual stream behind block 0 must have an encoder \[latents, 16\]/,
    );
    expect(() => of({ input: "resid_post", counts: [4] })).toThrow(/each of the 2 blocks/);
    expect(() => of({ input: "resid_post", counts: [0, 0] })).toThrow(/all are null/);
    expect(() => of({ input: "resid_post", beside: [{ input: "resid_post" }] })).toThrow(
      /resid_post and resid_post are both of the residual stream/,
    );
    using crossing = of({ input: "mlp_in", crossLayers: true, beside: [{ input: "resid_post", counts: [3, 0] }] });
    await expect(crossing.forward(batch.clean)).rejects.toThrow(
      /the residual stream behind block 0 starts the stream anew, but cross-layer transcoders stand beside it/,
    );
    const value = Tensor.zeros([1, length, tinyConfig.dModel], { dtype: "float64" });
    await expect(
      withLatents.forward(batch.clean, { replace: [{ hook: "blocks.0.hook_resid_post", value }] }),
    ).rejects.toThrow(/cannot be replaced in a model with autoencoders/);
  });
});
