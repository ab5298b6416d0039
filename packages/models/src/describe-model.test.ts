import { describe, expect, it } from "vitest";
import { huggingFace, transformerLens } from "../test/fixtures.ts";
import { describeModel } from "./describe-model.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { parameterCount } from "./parameter-count.ts";
import { readConfig } from "./read-config.ts";

const gpt2Small = {
  ...(await readConfig(huggingFace("gpt2"))),
  layers: 12,
  dModel: 768,
  heads: 12,
  kvHeads: 12,
  dHead: 64,
  dMlp: 3072,
  dVocab: 50257,
  dVocabOut: 50257,
  context: 1024,
};

describe("readConfig", () => {
  it("reads both layouts without their weights", async () => {
    expect(await readConfig(huggingFace("gpt_neox"))).toEqual(await readConfig(transformerLens("gpt_neox")));
  });
});

describe("describeModel", () => {
  it("says it in a line", async () => {
    expect(describeModel(gpt2Small)).toBe(
      "12 layers, 12 heads of 64, width 768, MLP 3072 (gelu_new), LayerNorm, learned positions up to 1024, 50257 tokens, 163M parameters",
    );
    expect(describeModel(await readConfig(huggingFace("gemma2")))).toBe(
      "2 layers, 4 heads of 16 (2 for keys and values), width 32, gated MLP 56 (gelu_new), RMSNorm, rotary positions up to 64, 97 tokens, 29.2k parameters, window 4",
    );
    expect(
      describeModel({
        ...gpt2Small,
        attnOnly: true,
        parallel: true,
        causal: false,
        dVocabOut: 2,
        norm: "none",
        layers: 1,
      }),
    ).toBe(
      "1 layer, 12 heads of 64, width 768, attention only, no norm, learned positions up to 1024, 50257 tokens in, 2 out, 41.7M parameters, attention and MLP in parallel, bidirectional",
    );
  });
});

it.each([
  ["nothing", undefined],
  ["a text", "gpt2"],
  ["a configuration without a norm's name", { ...gpt2Small, norm: "group" }],
  ["a configuration without heads", { ...gpt2Small, heads: 0 }],
])("what is said and counted of a configuration is not of %s", (_, config) => {
  const message = /`config` must be a transformer's configuration/;
  for (const of of [describeModel, parameterCount, (given: typeof gpt2Small) => estimateMemory(given, 1, 1)])
    expect(() => of(config as never)).toThrow(message);
});

describe("parameterCount", () => {
  it("counts matrices", () => {
    expect(parameterCount(gpt2Small)).toBe(2 * 50257 * 768 + 1024 * 768 + 12 * 12 * 768 * 768);
    // Any number of blocks is counted at once.
    expect(parameterCount({ ...gpt2Small, layers: 1e9 })).toBe(2 * 50257 * 768 + 1024 * 768 + 1e9 * 12 * 768 * 768);
  });
});

describe("estimateMemory", () => {
  it("adds up, and grows with batch, positions and element size", () => {
    const estimate = estimateMemory(gpt2Small, 16, 15);
    expect(estimate.sourceOutputs).toBe((1 + 12 * 13) * 16 * 15 * 768 * 4);
    expect(estimate.logits).toBe(16 * 15 * 50257 * 4);
    expect(estimate.weights).toBe(parameterCount(gpt2Small) * 4);
    const { total, ...parts } = estimate;
    expect(total).toBe(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0));
    expect(estimateMemory(gpt2Small, 32, 15).sourceOutputs).toBe(2 * estimate.sourceOutputs);
    expect(estimateMemory(gpt2Small, 16, 30).attention).toBe(4 * estimate.attention);
    expect(estimateMemory(gpt2Small, 16, 15, { dtype: "float64" }).total).toBe(2 * total);
  });

  it("counts autoencoders, their latents' activations and the masks over their edges", () => {
    const plain = estimateMemory(gpt2Small, 16, 15);
    const one = { block: 0, of: "mlp", count: 1000, dIn: 768, dOut: 768, decoders: 1 } as const;
    const across = { ...one, block: 1, count: 500, decoders: 11 };
    const { total, ...parts } = estimateMemory(gpt2Small, 16, 15, { autoencoders: [one, across], edgeCount: 12_345 });
    // Encoder, decoders, a bias and a threshold for each latent, and the output's bias.
    const weights = 1000 * (768 + 768 + 2) + 768 + 500 * (768 + 11 * 768 + 2) + 768;
    expect(parts).toEqual({
      ...(({ total: _, ...rest }) => rest)(plain),
      autoencoders: 4 * weights,
      latents: 4 * 2 * 1500 * 16 * 15,
      masks: 4 * 7 * 12_345,
    });
    expect(total).toBe(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0));
  });
});
