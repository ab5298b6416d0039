import { PatchableModel } from "@autocircuit/core";
import { type LoadedTransformer, loadTransformer, type ProcessingOptions } from "@autocircuit/models";
import { type Autoencoders, type BlockAutoencoder, scope, Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { huggingFace } from "../../models/test/fixtures.ts";

const STORED: ProcessingOptions = {
  foldLn: false,
  centerWritingWeights: false,
  centerUnembed: false,
  foldValueBiases: false,
};

/** One checkpoint with LayerNorm and biases everywhere, its weights as they are stored and as TransformerLens processes them. */
let [stored, processed]: LoadedTransformer[] = [];
beforeAll(async () => {
  stored = await loadTransformer(huggingFace("gpt2"), { ...STORED, dtype: "float64" });
  processed = await loadTransformer(huggingFace("gpt2"), { dtype: "float64" });
});
afterAll(() => {
  stored?.transformer.dispose();
  processed?.transformer.dispose();
});

const made = (shape: readonly number[], seed: number) =>
  Tensor.from(
    Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) =>
      Math.sin(12.9898 * (i + 1) + 78.233 * seed),
    ),
    { shape: [...shape] },
  );

/** Autoencoders of all blocks with thresholds that about half of the latents pass. */
function autoencoders(input: Autoencoders["input"], facts: Partial<BlockAutoencoder>): Autoencoders {
  const { layers, dModel, heads, dHead } = stored!.config;
  const width = input === "z" ? heads * dHead : dModel;
  const blocks = Array.from({ length: layers }, (_, block) => ({
    encode: made([9, width], block).mul(5),
    bias: made([9], block + 20),
    decode: made([9, width], block + 40),
    outBias: made([width], block + 60),
    ...facts,
  }));
  return { input, blocks };
}

const tokens = [
  [3, 1, 4, 1, 5],
  [9, 2, 6, 5, 3],
];

/** All latents and the logits of a model with autoencoders. */
async function run({ transformer, config }: LoadedTransformer, input: Autoencoders["input"], facts = {}) {
  return scope(async () => {
    const plain = new PatchableModel({ transformer, config });
    using model = plain.withAutoencoders(autoencoders(input, facts));
    const ids = Tensor.from(tokens, { dtype: "int64" });
    const latents = Tensor.stack(await model.latents(ids));
    const logits = (await model.forward(ids, { sliced: false })).logSoftmax(-1);
    return { latents: await latents.data(), logits: await logits.data() };
  });
}

const apart = (a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(Number(value) - Number(b[i]))));

const inputs = ["mlp_out", "mlp_resid", "attn_out", "resid_post"] as const;

describe("autoencoders that were made for centred weights", () => {
  it.each(["mlp_out", "attn_out"] as const)("%s: read the same in a model whose weights are not", async (input) => {
    const facts = { centeredWrites: true };
    const [there, here] = [await run(processed!, input, facts), await run(stored!, input, facts)];
    expect(there.latents.some((value) => Number(value) > 0.1)).toBe(true);
    expect(apart(here.latents, there.latents)).toBeLessThan(1e-9);
    expect(apart(here.logits, there.logits)).toBeLessThan(1e-9);
    // What they would read if nobody said what they were made for.
    expect(apart((await run(stored!, input)).latents, there.latents)).toBeGreaterThan(1e-2);
  });
});

describe("autoencoders of the stream that were made for centred weights", () => {
  // Others' latents write to it too, and what they write is centred in neither model.
  it.each(["mlp_resid", "resid_post"] as const)("%s: are refused where weights are not", async (input) => {
    await run(processed!, input, { centeredWrites: true });
    await expect(run(stored!, input, { centeredWrites: true })).rejects.toThrow(
      /block 0 reads the stream.*are not: load it with them centred.*centerWritingWeights: true/,
    );
  });
});

describe("autoencoders that were made for weights as they are stored", () => {
  it.each(inputs)("%s: are refused where the mean of what they read is gone", async (input) => {
    const facts = { centeredWrites: false };
    expect(apart((await run(stored!, input, facts)).latents, (await run(stored!, input)).latents)).toBe(0);
    await expect(run(processed!, input, facts)).rejects.toThrow(
      /block 0.* writing weights are centred.*centerWritingWeights: false, --processing fold-ln,center-unembed,fold-value-biases/,
    );
  });

  it("read the same behind a norm, wherever the mean is", async () => {
    const facts = { centeredWrites: false };
    const folded = await loadTransformer(huggingFace("gpt2"), { ...STORED, foldLn: true, dtype: "float64" });
    try {
      const [here, there] = [await run(folded, "mlp_in", facts), await run(processed!, "mlp_in", facts)];
      expect(apart(here.latents, there.latents)).toBeLessThan(1e-9);
    } finally {
      folded.transformer.dispose();
    }
  });
});

describe("autoencoders of heads", () => {
  it("made for heads without the biases of values, read the same where they have them", async () => {
    const facts = { valueBiases: false };
    const [there, here] = [await run(processed!, "z", facts), await run(stored!, "z", facts)];
    expect(apart(here.latents, there.latents)).toBeLessThan(1e-9);
    expect(apart(here.logits, there.logits)).toBeLessThan(1e-9);
    expect(apart((await run(stored!, "z")).latents, there.latents)).toBeGreaterThan(1e-2);
  });

  it("made for heads with them, are refused where they are gone", async () => {
    await run(stored!, "z", { valueBiases: true });
    await expect(run(processed!, "z", { valueBiases: true })).rejects.toThrow(
      /block 0's attention.*foldValueBiases: false, --processing fold-ln,center-writing-weights,center-unembed/,
    );
  });
});

it("a transformer tells how its weights were processed", async () => {
  expect(await stored!.transformer.weightProcessing()).toEqual({
    centeredWrites: false,
    valueBiasesFolded: false,
    normsFolded: false,
  });
  expect(await processed!.transformer.weightProcessing()).toEqual({
    centeredWrites: true,
    valueBiasesFolded: true,
    normsFolded: true,
  });
});
