import { MersenneTwister } from "@autocircuit/base";
import { type BlockAutoencoder, grad, mapAutoencoders, Tensor, type TransformerConfig } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { models, type ShapeOptions } from "../../test/latent-models.ts";
import { type TinyAutoencoders, tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { maxDifference, randomPairs, tinyConfig } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import type { PatchableModel } from "./patchable-model.ts";

const [batchSize, length] = [3, 5];
const prompts = new PromptLoader(randomPairs(batchSize, length), { batchSize });
const batch = prompts.batches[0]!;
afterAll(() => prompts[Symbol.dispose]());

const random = new MersenneTwister(7);
const uniform = () => random.next() / 2 ** 32;

async function numbers(tensor: Tensor): Promise<Float64Array> {
  const data = await tensor.to("float64").data();
  tensor.dispose();
  return data as Float64Array;
}

/** A mask of each kind of row: none, all, nearly none, nearly all, and numbers between. */
function maskValue(row: number): number {
  const kind = row % 5;
  if (kind === 0) return 0;
  if (kind === 1) return 1;
  if (kind === 2) return uniform() < 0.15 ? uniform() : 0;
  if (kind === 3) return uniform() < 0.15 ? uniform() : 1;
  return uniform();
}

/**
 * A source's name in the graph without latents; one name for all heads of a block whose attention has an autoencoder, which tells them apart no
 * more, and one for all MLPs where latents of any may write to the output of each.
 */
function nameWithout({ graph, transformer }: PatchableModel, source: string): string {
  if (transformer.latents!.crossLayers && source.startsWith("MLP ")) return "MLP 0";
  const attention = /^(?:Attention |A)(\d+)/.exec(source)?.[1];
  if (attention !== undefined && graph.config.attentionLatents?.[Number(attention)]) return `A${attention}.0`;
  return source.replace(/ (Latent \d+|Error)$/, "");
}

/**
 * A mask of the graph with latents where all that is written by an MLP, or by attention, has the value that it has in the other, so that the sum
 * over latents and error is its output again.
 */
function spread(withLatents: PatchableModel, plain: PatchableModel, mask: ArrayLike<number>): Float64Array {
  return Float64Array.from(withLatents.graph.edges(), (edge) => {
    const { src, dest, token } = edge;
    return mask[plain.graph.index(`${nameWithout(withLatents, src.name)}->${dest.name}`, token)]!;
  });
}

/** Sums over the edges of either graph whose sources have one name. */
function summedByName(model: PatchableModel, withLatents: PatchableModel, values: ArrayLike<number>) {
  const sums = new Map<string, number>();
  for (const { src, dest, token, index } of model.graph.edges()) {
    const name = `${nameWithout(withLatents, src.name)}->${dest.name} ${token}`;
    sums.set(name, (sums.get(name) ?? 0) + values[index]!);
  }
  return sums;
}

const shapes: [string, TinyAutoencoders, Partial<TransformerConfig>, ShapeOptions][] = [
  ["MLP outputs", { input: "mlp_out" }, {}, {}],
  ["neurons", { input: "mlp_post" }, {}, {}],
  ["parallel blocks", { input: "mlp_out" }, { parallel: true }, {}],
  ["transcoders", { input: "mlp_in" }, {}, {}],
  [
    "transcoders of parallel blocks by token",
    { input: "mlp_in" },
    { parallel: true },
    { byToken: true, seqLen: length },
  ],
  ["transcoders of the stream", { input: "mlp_resid" }, {}, {}],
  [
    "transcoders of the stream in parallel blocks, the last position alone",
    { input: "mlp_resid" },
    { parallel: true },
    { outputSlice: "last_seq" },
  ],
  ["cross-layer transcoders", { input: "mlp_in", crossLayers: true, counts: [9, 6, 7] }, { layers: 3 }, {}],
  [
    "cross-layer transcoders of the stream, the last position alone",
    { input: "mlp_resid", crossLayers: true, counts: [9, 6, 7] },
    { layers: 3 },
    { outputSlice: "last_seq" },
  ],
  [
    "cross-layer transcoders from the second block on, beside attention outputs, by token",
    {
      input: "mlp_in",
      crossLayers: true,
      counts: [0, 6, 7],
      activation: "topk",
      beside: [{ input: "attn_out", counts: [5, 4, 0] }],
    },
    { layers: 3 },
    { byToken: true, seqLen: length },
  ],
  [
    "cross-layer transcoders of parallel blocks",
    { input: "mlp_in", crossLayers: true, counts: [9, 6, 7], activation: "jumprelu" },
    { layers: 3, parallel: true },
    {},
  ],
  ["grouped keys, one input per head", { input: "mlp_post" }, { kvHeads: 1 }, { separateQkv: false, ungrouped: true }],
  ["edges by token", { input: "mlp_out" }, {}, { byToken: true, seqLen: length }],
  ["the last position alone", { input: "mlp_out" }, {}, { outputSlice: "last_seq" }],
  ["attention outputs", { input: "attn_out" }, {}, {}],
  ["attention outputs behind a norm", { input: "attn_out" }, {}, { postNorms: true }],
  ["head outputs", { input: "z" }, {}, {}],
  ["head outputs behind a norm", { input: "z" }, {}, { postNorms: true }],
  [
    "neurons behind a norm beside head outputs behind another, by token, grouped keys",
    { input: "mlp_post", activation: "topk", beside: [{ input: "z", counts: [0, 5] }] },
    { kvHeads: 1 },
    { postNorms: true, byToken: true, seqLen: length },
  ],
  [
    "JumpReLU of head outputs behind a norm beside the MLP behind another, the last position alone",
    { input: "z", activation: "jumprelu", beside: [{ input: "mlp_out" }] },
    {},
    { postNorms: true, outputSlice: "last_seq" },
  ],
  ["neurons behind a norm of parallel blocks", { input: "mlp_post" }, { parallel: true }, { postNorms: true }],
  ["head outputs of a model without MLPs", { input: "z" }, { attnOnly: true }, {}],
  ["attention outputs of parallel blocks", { input: "attn_out" }, { parallel: true }, {}],
  [
    "head outputs beside MLP outputs, the last position alone",
    { input: "mlp_out", beside: [{ input: "z" }] },
    {},
    { outputSlice: "last_seq" },
  ],
  [
    "a transcoder in one block, attention outputs in the other, by token",
    { input: "attn_out", counts: [0, 7], beside: [{ input: "mlp_in", counts: [5, 0] }] },
    {},
    { byToken: true, seqLen: length },
  ],
  [
    "attention outputs beside neurons, grouped keys",
    { input: "mlp_post", beside: [{ input: "attn_out", counts: [4, 0] }] },
    { kvHeads: 1 },
    { separateQkv: false, ungrouped: true },
  ],
];

describe("with errors kept", () => {
  it.each(shapes)("%s: nothing ablated is the network itself", async (_, autoencoders, changes, options) => {
    using both = models(autoencoders, changes, options);
    const expected = await numbers(await both.plain.forward(batch.clean));
    expect(maxDifference(await numbers(await both.withLatents.forward(batch.clean)), expected)).toBeLessThan(1e-10);
  });

  it.each(shapes)(
    "%s: latents and error together are patched as what they replace is, on every kind of row, with its gradient",
    async (_, autoencoders, changes, options) => {
      using both = models(autoencoders, changes, options);
      const { plain, withLatents } = both;
      const rows = plain.graph.groups.flatMap(({ size, sourceCount }, group) =>
        Array.from({ length: size / sourceCount }, (_, row) => ({ kind: group + row, sourceCount })),
      );
      for (const shift of [0, 1, 2, 3]) {
        const mask = Float64Array.from(
          rows.flatMap(({ kind, sourceCount }) => Array.from({ length: sourceCount }, () => maskValue(kind + shift))),
        );
        for (const { src, dest, token, index } of plain.graph.edges())
          mask[index] = mask[plain.graph.index(`${nameWithout(withLatents, src.name)}->${dest.name}`, token)]!;
        const other = spread(withLatents, plain, mask);
        using ablation = await plain.ablations(batch.corrupt, "resample");
        using same = await withLatents.ablations(batch.corrupt, "resample");
        using expected = await plain.forward(batch.clean, { ablate: Tensor.from(mask), ablation });
        using found = await withLatents.forward(batch.clean, { ablate: Tensor.from(other), ablation: same });
        expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-10);

        const weights = Tensor.from(
          Float64Array.from({ length: expected.size }, () => uniform() - 0.5),
          { shape: expected.shape },
        );
        const gradient = async (model: PatchableModel, values: Float64Array, taken: typeof ablation) => {
          const leaf = Tensor.from(values).requireGrad();
          const [made] = grad(
            (await model.forward(batch.clean, { ablate: leaf, ablation: taken })).mul(weights).sum(),
            [leaf],
          );
          return numbers(made!);
        };
        const ofPlain = summedByName(plain, withLatents, await gradient(plain, mask, ablation));
        const ofLatents = summedByName(withLatents, withLatents, await gradient(withLatents, other, same));
        expect([...ofLatents.keys()].sort()).toEqual([...ofPlain.keys()].sort());
        for (const [name, value] of ofPlain) expect(Math.abs(ofLatents.get(name)! - value), name).toBeLessThan(1e-10);
      }
    },
  );
});

describe("a graph of latents", () => {
  const kinds: [string, TinyAutoencoders, ShapeOptions][] = [
    ["ReLU without errors", { input: "mlp_out", errors: false }, {}],
    ["ReLU with errors, on neurons", { input: "mlp_post", errors: true }, {}],
    ["TopK", { input: "mlp_out", errors: false, activation: "topk" }, {}],
    ["transcoders without errors", { input: "mlp_in", errors: false }, {}],
    ["attention outputs without errors", { input: "attn_out", errors: false }, {}],
    ["attention outputs behind a norm", { input: "attn_out", errors: true }, { postNorms: true }],
    ["head outputs behind a norm", { input: "z" }, { postNorms: true }],
    [
      "TopK of neurons beside head outputs behind norms, by token, the last position alone",
      { input: "mlp_post", activation: "topk", beside: [{ input: "z" }] },
      { postNorms: true, byToken: true, seqLen: length, outputSlice: "last_seq" },
    ],
    [
      "JumpReLU of neurons behind a norm, one input per head",
      { input: "mlp_post", activation: "jumprelu", counts: [0, 7] },
      { postNorms: true, separateQkv: false },
    ],
    ["head outputs with errors, TopK", { input: "z", errors: true, activation: "topk" }, {}],
    [
      "head outputs without errors beside transcoders of one block",
      { input: "mlp_in", errors: false, counts: [0, 6], beside: [{ input: "z" }] },
      {},
    ],
    [
      "attention outputs with errors beside neurons, by token, one input per head",
      { input: "mlp_post", errors: true, beside: [{ input: "attn_out" }] },
      { byToken: true, seqLen: length, separateQkv: false },
    ],
    ["transcoders of the stream with errors", { input: "mlp_resid", errors: true }, {}],
    ["transcoders of the stream without errors", { input: "mlp_resid", errors: false }, {}],
    ["cross-layer transcoders with errors", { input: "mlp_in", errors: true, crossLayers: true }, {}],
    [
      "cross-layer transcoders of the stream without errors, TopK, by token, the last position alone",
      { input: "mlp_resid", errors: false, crossLayers: true, activation: "topk" },
      { byToken: true, seqLen: length, outputSlice: "last_seq" },
    ],
    ["transcoders with errors", { input: "mlp_in", errors: true, activation: "jumprelu" }, {}],
    [
      "JumpReLU by token",
      { input: "mlp_out", errors: true, activation: "jumprelu" },
      { byToken: true, seqLen: length },
    ],
  ];

  it.each(kinds)(
    "%s: gradients are finite differences, and the cheapest rows give the same logits",
    async (_, autoencoders, options) => {
      using both = models(autoencoders, {}, options);
      const model = both.withLatents;
      const { edgeCount } = model.graph;
      using ablation = await model.ablations(batch.corrupt, "resample");
      const values = Float64Array.from({ length: edgeCount }, () => uniform());
      const leaf = Tensor.from(values).requireGrad();
      const logits = await model.forward(batch.clean, { ablate: leaf, ablation });
      const weights = Tensor.from(
        Float64Array.from({ length: logits.size }, () => uniform() - 0.5),
        { shape: logits.shape },
      );
      const loss = async (mask: Float64Array) =>
        (await model.forward(batch.clean, { ablate: Tensor.from(mask), ablation })).mul(weights).sum().item();
      expect(Math.abs((await loss(values)) - (await logits.mul(weights).sum().item()))).toBeLessThan(1e-10);
      const [made] = grad(logits.mul(weights).sum(), [leaf]);
      const gradient = await numbers(made!);
      const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (let tried = 0; tried < 40; tried++) {
        const edge = random.below(edgeCount);
        const step = 1e-6;
        const at = (value: number) => loss(Float64Array.from(values, (old, index) => (index === edge ? value : old)));
        const difference = ((await at(values[edge]! + step)) - (await at(values[edge]! - step))) / (2 * step);
        expect(Math.abs(difference - gradient[edge]!)).toBeLessThan(1e-6 * Math.max(1, largest));
      }
    },
  );

  it("with all edges ablated gives the ablated run, whatever the ablation is of", async () => {
    for (const [input, errors] of [
      ["mlp_out", true],
      ["mlp_out", false],
      ["mlp_in", true],
      ["mlp_in", false],
      ["mlp_resid", true],
      ["mlp_resid", false],
      ["across layers", true],
      ["across layers", false],
      ["attn_out", true],
      ["attn_out", false],
      ["z", true],
      ["z", false],
      ["z beside MLPs", false],
      ["z beside neurons behind norms", true],
    ] as const) {
      const behindNorms = input === "z beside neurons behind norms";
      using both = models(
        input === "z beside MLPs" || behindNorms
          ? { input: behindNorms ? "mlp_post" : "mlp_out", beside: [{ input: "z" }], errors }
          : input === "across layers"
            ? { input: "mlp_in", crossLayers: true, errors }
            : { input, errors },
        {},
        { postNorms: behindNorms },
      );
      const { withLatents: model } = both;
      using ablation = await model.ablations(batch.corrupt, "resample");
      const found = await model.forward(batch.clean, {
        ablate: Tensor.full([model.graph.edgeCount], 1, { dtype: "float64" }),
        ablation,
      });
      const expected = await numbers(await model.forward(batch.corrupt));
      expect(maxDifference(await numbers(found), expected)).toBeLessThan(1e-10);
    }
  });

  it("runs many masks at once, and from a kept run, as one after the other", async () => {
    using both = models({ input: "mlp_out", beside: [{ input: "attn_out" }] });
    const { withLatents: model } = both;
    const { edgeCount } = model.graph;
    using ablation = await model.ablations(batch.corrupt, "resample");
    const masks = [0, 1, 2].map(() => Float64Array.from({ length: edgeCount }, (_, edge) => maskValue(edge)));
    const each: number[] = [];
    for (const mask of masks)
      each.push(...(await numbers(await model.forward(batch.clean, { ablate: Tensor.from(mask), ablation }))));
    using together = Tensor.from(Float64Array.from(masks.flatMap((mask) => [...mask])), { shape: [3, edgeCount] });
    using kept = (await model.run(batch.clean, { keepRun: true })).run!;
    const found = await numbers(await model.forward(batch.clean, { ablate: together, ablation, from: kept }));
    expect(maxDifference(found, each)).toBeLessThan(1e-10);
  });

  it("of transcoders has activations of what the MLP reads", async () => {
    const given = tinyAutoencoders(tinyConfig, { input: "mlp_in" });
    using both = models({ input: "mlp_in" });
    using seen = await both.plain.activations(batch.clean, ["blocks.1.ln2.hook_normalized"]);
    const { encode, bias } = given.blocks[1]!;
    const expected = seen.of("blocks.1.ln2.hook_normalized").matmul(encode.transpose(0, 1)).add(bias).relu();
    const [, found] = await both.withLatents.latents(batch.clean);
    expect(await found!.sub(expected).abs().max().item()).toBeLessThan(1e-10);
    using dropped = both.plain.withAutoencoders({ ...given, errors: false });
    await expect(dropped.activations(batch.clean, ["blocks.0.mlp.hook_post"])).rejects.toThrow(
      /transcoders take the MLP's place/,
    );
  });

  it("is named as AutoCircuit names it, and refuses what does not fit", async () => {
    using both = models({ input: "mlp_out", errors: true });
    const { plain, withLatents } = both;
    expect(withLatents.graph.has("MLP 0 Latent 8->A1.1.Q")).toBe(true);
    expect(withLatents.graph.has("MLP 1 Error->Resid End")).toBe(true);
    expect(() => withLatents.graph.index("MLP 0 Latent 9->A1.1.Q")).toThrow(/MLP 0 Latent/);
    expect(() => withLatents.withGraph({ factorized: false })).toThrow(/factorised/);
    expect(() => withLatents.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out" }))).toThrow(/without/);
    expect(() => plain.withAutoencoders(tinyAutoencoders({ ...tinyConfig, dModel: 8 }, { input: "mlp_out" }))).toThrow(
      /block 0.*16/,
    );
    expect(() => plain.withAutoencoders(tinyAutoencoders(tinyConfig, { input: "mlp_out", counts: [4] }))).toThrow(
      /2 blocks/,
    );
    await expect(plain.latents(batch.clean)).rejects.toThrow(/no autoencoders/);
    const across = tinyAutoencoders(tinyConfig, { input: "mlp_in", crossLayers: true });
    const [first, last] = across.blocks as [BlockAutoencoder, BlockAutoencoder];
    const withBlocks = (...blocks: (BlockAutoencoder | null)[]) => plain.withAutoencoders({ ...across, blocks });
    expect(() => withBlocks(first, null)).toThrow(/block 1 has none, but those of earlier blocks write to its output/);
    expect(() => withBlocks({ ...first, decodeLater: [first.decode, first.decode] }, last)).toThrow(
      /block 0 has decoders for 2 later blocks, but there are 1 behind it/,
    );
    expect(() => withBlocks({ ...first, decodeLater: [last.decode] }, last)).toThrow(
      /block 0: `decodeLater\[0\]` must be \[9, 16\], got \[6, 16\]/,
    );
    expect(() => plain.withAutoencoders({ ...across, input: "mlp_out" })).toThrow(
      /only transcoders.*not those of mlp_out/,
    );
    using brokenLater = withBlocks({ ...first, decodeLater: [first.decode.mul(Number.NaN)] }, last);
    await expect(brokenLater.forward(batch.clean)).rejects.toThrow(/block 0 has a decoder of later blocks.*not finite/);
    const broken = tinyAutoencoders(tinyConfig, { input: "mlp_out" });
    const nan = mapAutoencoders(broken, (one) => ({ ...one, decode: one.decode.mul(Number.NaN) }));
    using refused = plain.withAutoencoders(nan);
    await expect(refused.forward(batch.clean)).rejects.toThrow(/block 0.*decoder.*not finite/);
    using ablation = await plain.ablations(batch.corrupt, "zero");
    await expect(withLatents.forward(batch.clean, { ablate: ["MLP 0 Latent 8->A1.1.Q"], ablation })).rejects.toThrow(
      /ablation/,
    );
  });
});
