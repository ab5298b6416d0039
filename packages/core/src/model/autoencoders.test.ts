import { MersenneTwister } from "@autocircuit/base";
import { grad, Tensor, type TransformerConfig } from "@autocircuit/native";
import { afterAll, describe, expect, it } from "vitest";
import { type TinyAutoencoders, tinyAutoencoders } from "../../test/tiny-autoencoders.ts";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import type { ModelGraphOptions } from "./model-options.ts";
import { PatchableModel } from "./patchable-model.ts";

const [batchSize, length] = [3, 5];
const prompts = new PromptLoader(randomPairs(batchSize, length), { batchSize });
const batch = prompts.batches[0]!;
afterAll(() => prompts[Symbol.dispose]());

const random = new MersenneTwister(7);
const uniform = () => random.next() / 2 ** 32;

/** A network in float64, and the same with autoencoders. */
function models(
  autoencoders: TinyAutoencoders,
  changes: Partial<TransformerConfig> = {},
  options: ModelGraphOptions = {},
) {
  const transformer = tinyTransformer(changes, 1, { dtype: "float64" });
  const plain = new PatchableModel({ transformer, outputSlice: "none", ...options });
  const withLatents = plain.withAutoencoders(tinyAutoencoders({ ...tinyConfig, ...changes }, autoencoders));
  return {
    plain,
    withLatents,
    [Symbol.dispose]: () => {
      withLatents.dispose();
      plain.dispose();
    },
  };
}

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
 * A mask of the graph with latents where all that is written by an MLP has the value that the MLP has in the other, so that the sum over
 * latents and error is the MLP's output again.
 */
function spread(withLatents: PatchableModel, plain: PatchableModel, mask: ArrayLike<number>): Float64Array {
  const name = (source: string) => source.replace(/ (Latent \d+|Error)$/, "");
  return Float64Array.from(withLatents.graph.edges(), (edge) => {
    const { src, dest, token } = edge;
    return mask[plain.graph.index(`${name(src.name)}->${dest.name}`, token)]!;
  });
}

const shapes: [string, TinyAutoencoders, Partial<TransformerConfig>, ModelGraphOptions][] = [
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
  ["grouped keys, one input per head", { input: "mlp_post" }, { kvHeads: 1 }, { separateQkv: false, ungrouped: true }],
  ["edges by token", { input: "mlp_out" }, {}, { byToken: true, seqLen: length }],
  ["the last position alone", { input: "mlp_out" }, {}, { outputSlice: "last_seq" }],
];

describe("with errors kept", () => {
  it.each(shapes)("%s: nothing ablated is the network itself", async (_, autoencoders, changes, options) => {
    using both = models(autoencoders, changes, options);
    const expected = await numbers(await both.plain.forward(batch.clean));
    expect(maxDifference(await numbers(await both.withLatents.forward(batch.clean)), expected)).toBeLessThan(1e-10);
  });

  it.each(shapes)(
    "%s: latents and error together are patched as the MLP is, on every kind of row, with its gradient",
    async (_, autoencoders, changes, options) => {
      using both = models(autoencoders, changes, options);
      const { plain, withLatents } = both;
      const rows = plain.graph.groups.flatMap(({ size, sources }, group) =>
        Array.from({ length: size / sources }, (_, row) => ({ kind: group + row, sources })),
      );
      for (const shift of [0, 1, 2, 3]) {
        const mask = Float64Array.from(
          rows.flatMap(({ kind, sources }) => Array.from({ length: sources }, () => maskValue(kind + shift))),
        );
        const other = spread(withLatents, plain, mask);
        using ablation = await plain.ablations(batch.corrupt, "resample");
        using same = await withLatents.ablations(batch.corrupt, "resample");
        using expected = await plain.forward(batch.clean, { mask: Tensor.from(mask), using: ablation });
        using found = await withLatents.forward(batch.clean, { mask: Tensor.from(other), using: same });
        expect(await found.sub(expected).abs().max().item()).toBeLessThan(1e-10);

        const weights = Tensor.from(
          Float64Array.from({ length: expected.size }, () => uniform() - 0.5),
          { shape: expected.shape },
        );
        const gradient = async (model: PatchableModel, values: Float64Array, taken: typeof ablation) => {
          const leaf = Tensor.from(values).requireGrad();
          const [made] = grad((await model.forward(batch.clean, { mask: leaf, using: taken })).mul(weights).sum(), [
            leaf,
          ]);
          return numbers(made!);
        };
        const ofPlain = await gradient(plain, mask, ablation);
        const ofLatents = await gradient(withLatents, other, same);
        const summed = new Float64Array(ofPlain.length);
        for (const { src, dest, token, index } of withLatents.graph.edges()) {
          const name = src.name.replace(/ (Latent \d+|Error)$/, "");
          summed[plain.graph.index(`${name}->${dest.name}`, token)]! += ofLatents[index]!;
        }
        expect(maxDifference(summed, ofPlain)).toBeLessThan(1e-10);
      }
    },
  );
});

describe("a graph of latents", () => {
  const kinds: [string, TinyAutoencoders, ModelGraphOptions][] = [
    ["ReLU without errors", { input: "mlp_out", errors: false }, {}],
    ["ReLU with errors, on neurons", { input: "mlp_post", errors: true }, {}],
    ["TopK", { input: "mlp_out", errors: false, activation: "topk" }, {}],
    ["transcoders without errors", { input: "mlp_in", errors: false }, {}],
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
      const logits = await model.forward(batch.clean, { mask: leaf, using: ablation });
      const weights = Tensor.from(
        Float64Array.from({ length: logits.size }, () => uniform() - 0.5),
        { shape: logits.shape },
      );
      const loss = async (mask: Float64Array) =>
        (await model.forward(batch.clean, { mask: Tensor.from(mask), using: ablation })).mul(weights).sum().item();
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
    ] as const) {
      using both = models({ input, errors });
      const { withLatents: model } = both;
      using ablation = await model.ablations(batch.corrupt, "resample");
      const found = await model.forward(batch.clean, {
        mask: Tensor.full([model.graph.edgeCount], 1, { dtype: "float64" }),
        using: ablation,
      });
      const expected = await numbers(await model.forward(batch.corrupt));
      expect(maxDifference(await numbers(found), expected)).toBeLessThan(1e-10);
    }
  });

  it("runs many masks at once, and from a kept run, as one after the other", async () => {
    using both = models({ input: "mlp_out" });
    const { withLatents: model } = both;
    const { edgeCount } = model.graph;
    using ablation = await model.ablations(batch.corrupt, "resample");
    const masks = [0, 1, 2].map(() => Float64Array.from({ length: edgeCount }, (_, edge) => maskValue(edge)));
    const each: number[] = [];
    for (const mask of masks)
      each.push(...(await numbers(await model.forward(batch.clean, { mask: Tensor.from(mask), using: ablation }))));
    using together = Tensor.from(Float64Array.from(masks.flatMap((mask) => [...mask])), { shape: [3, edgeCount] });
    using kept = (await model.run(batch.clean, { keep: true })).run!;
    const found = await numbers(await model.forward(batch.clean, { mask: together, using: ablation, from: kept }));
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
    const broken = tinyAutoencoders(tinyConfig, { input: "mlp_out" });
    const nan = {
      ...broken,
      blocks: broken.blocks.map((block) => ({ ...block, decode: block.decode.mul(Number.NaN) })),
    };
    using refused = plain.withAutoencoders(nan);
    await expect(refused.forward(batch.clean)).rejects.toThrow(/block 0.*decoder.*not finite/);
    using ablation = await plain.ablations(batch.corrupt, "zero");
    await expect(
      withLatents.forward(batch.clean, { ablate: ["MLP 0 Latent 8->A1.1.Q"], using: ablation }),
    ).rejects.toThrow(/ablation/);
  });
});
