import { Tensor, type TransformerConfig } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { expectClose, numbers } from "../../test/close-to.ts";
import { huggingFace, transformerLens } from "../../test/fixtures.ts";
import { loadParts } from "../load-parts.ts";
import { WeightSet } from "../weights/weight-set.ts";
import { centerUnembed } from "./center-unembed.ts";
import { centerWritingWeights } from "./center-writing-weights.ts";
import { foldNorms } from "./fold-norms.ts";
import { foldValueBiases } from "./fold-value-biases.ts";
import { resolveProcessing } from "./process-weights.ts";

describe.each(["gpt2", "gpt_neox"] as const)("processing %s", (name) => {
  it("gives the weights TransformerLens gives", async () => {
    const ours = await loadParts(huggingFace(name));
    const theirs = await loadParts(transformerLens(name));
    using weights = ours.weights;
    using reference = theirs.weights;
    expect(ours.config).toEqual(theirs.config);
    for (const tensor of reference.names()) {
      const expected = await numbers(reference.get(tensor));
      // What has no effect any more is gone here, and is a norm's one or a bias's zero there.
      if (weights.has(tensor)) expectClose(await numbers(weights.get(tensor)), expected, 1e-6, tensor);
      else expect(new Set(expected), tensor).toEqual(new Set([/ln.*\.w$/.test(tensor) ? 1 : 0]));
    }
    expect(weights.names().filter((tensor) => !reference.has(tensor))).toEqual([]);
    const gone = reference.names().filter((tensor) => !weights.has(tensor));
    expect(gone.every((tensor) => /(ln1|ln2|ln_final)\.[wb]$|b_V$/.test(tensor))).toBe(true);
  });
});

/** One block, one head, two dimensions: small enough to work out by hand. */
const config: TransformerConfig = {
  layers: 1,
  dModel: 2,
  heads: 2,
  kvHeads: 1,
  dHead: 1,
  dMlp: 1,
  dVocab: 2,
  dVocabOut: 2,
  context: 1,
  norm: "layer",
  eps: 1e-5,
  attnOnly: false,
  parallel: false,
  causal: true,
  attnScale: 1,
  positions: "none",
  activation: "relu",
  gated: true,
};

function setOf(tensors: Record<string, Tensor>): WeightSet {
  const weights = new WeightSet();
  for (const [name, tensor] of Object.entries(tensors)) weights.set(name, tensor);
  return weights;
}

const small = () =>
  setOf({
    "embed.W_E": Tensor.from([
      [1, 3],
      [0, 2],
    ]),
    "blocks.0.ln1.w": Tensor.from([2, 3]),
    "blocks.0.ln1.b": Tensor.from([10, 1]),
    "blocks.0.attn.W_Q": Tensor.from([
      [[1], [2]],
      [[3], [4]],
    ]),
    "blocks.0.attn.W_K": Tensor.from([[[1], [2]]]),
    "blocks.0.attn.W_V": Tensor.from([[[1], [2]]]),
    "blocks.0.attn.W_O": Tensor.from([[[1, 5]], [[2, 2]]]),
    "blocks.0.attn.b_V": Tensor.from([[7]]),
    "blocks.0.ln2.w": Tensor.from([2, 3]),
    "blocks.0.mlp.W_in": Tensor.from([[1], [2]]),
    "blocks.0.mlp.W_gate": Tensor.from([[3], [5]]),
    "blocks.0.mlp.W_out": Tensor.from([[4, 6]]),
    "ln_final.w": Tensor.from([2, 3]),
    "unembed.W_U": Tensor.from([
      [1, 5],
      [2, 4],
    ]),
  });

describe("foldNorms", () => {
  it("moves norm weights and biases into what reads them", async () => {
    using weights = small();
    foldNorms(weights, config);
    // [1, 2] * [2, 3] = [2, 6], less its mean; 1 * 10 + 2 * 1 = 12.
    expect(await weights.get("blocks.0.attn.W_K").toArray()).toEqual([[[-2], [2]]]);
    expect(await weights.get("blocks.0.attn.b_K").toArray()).toEqual([[12]]);
    expect(await weights.get("blocks.0.attn.b_Q").toArray()).toEqual([[12], [34]]);
    expect(await weights.get("blocks.0.attn.b_V").toArray()).toEqual([[19]]);
    expect(await weights.get("blocks.0.mlp.W_gate").toArray()).toEqual([[-4.5], [4.5]]);
    expect(weights.names().filter((name) => name.includes("ln"))).toEqual([]);
    expect(weights.has("blocks.0.mlp.b_in")).toBe(false);
    expect(weights.has("blocks.0.mlp.b_gate")).toBe(false);
  });

  it("leaves the mean where an RMSNorm does", async () => {
    using weights = small();
    weights.delete("blocks.0.ln1.b");
    foldNorms(weights, { ...config, norm: "rms" });
    expect(await weights.get("blocks.0.attn.W_K").toArray()).toEqual([[[2], [6]]]);
  });

  it("folds only the final norm of a model without norms in front", async () => {
    using weights = small();
    foldNorms(weights, { ...config, norm: "rms", preNorm: false });
    expect(await weights.get("blocks.0.attn.W_K").toArray()).toEqual([[[1], [2]]]);
    expect(await weights.get("unembed.W_U").toArray()).toEqual([
      [2, 10],
      [6, 12],
    ]);
  });

  it("gives a gate the bias it needs", async () => {
    using weights = small();
    weights.set("blocks.0.ln2.b", Tensor.from([1, 2]));
    foldNorms(weights, config);
    expect(await weights.get("blocks.0.mlp.b_in").toArray()).toEqual([5]);
    expect(await weights.get("blocks.0.mlp.b_gate").toArray()).toEqual([13]);
  });
});

describe("centering", () => {
  it("takes the mean out of what is written", async () => {
    using weights = small();
    centerWritingWeights(weights, config);
    expect(await weights.get("embed.W_E").toArray()).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
    expect(await weights.get("blocks.0.attn.W_O").toArray()).toEqual([[[-2, 2]], [[0, 0]]]);
    expect(await weights.get("blocks.0.mlp.W_out").toArray()).toEqual([[-1, 1]]);
    expect(() => centerWritingWeights(weights, { ...config, norm: "rms" })).toThrow("needs LayerNorm");
  });

  it("takes the mean out of the logits", async () => {
    using weights = small();
    centerUnembed(weights, config);
    expect(await weights.get("unembed.W_U").toArray()).toEqual([
      [-2, 2],
      [-1, 1],
    ]);
    expect(() => centerUnembed(weights, { ...config, finalSoftcap: 30 })).toThrow("soft cap");
  });
});

describe("foldValueBiases", () => {
  it("adds what the heads would have added, each head its shared value bias", async () => {
    using weights = small();
    foldValueBiases(weights, config);
    expect(await weights.get("blocks.0.attn.b_O").toArray()).toEqual([21, 49]);
    expect(weights.has("blocks.0.attn.b_V")).toBe(false);
  });
});

describe("resolveProcessing", () => {
  const all = { foldLn: true, centerWritingWeights: true, centerUnembed: true, foldValueBiases: true };

  it("does by default what the model allows", () => {
    expect(resolveProcessing({}, config, true)).toEqual(all);
    expect(resolveProcessing({}, { ...config, norm: "rms" }, true)).toEqual({ ...all, centerWritingWeights: false });
    expect(resolveProcessing({}, { ...config, finalSoftcap: 30 }, true)).toEqual({ ...all, centerUnembed: false });
    expect(Object.values(resolveProcessing({}, config, false))).toEqual([false, false, false, false]);
  });

  it("does what it is told, allowed or not: the steps refuse for themselves", () => {
    expect(resolveProcessing({ foldLn: true }, config, false)).toMatchObject({ foldLn: true, centerUnembed: false });
    expect(resolveProcessing({ centerUnembed: true }, { ...config, finalSoftcap: 30 }, true).centerUnembed).toBe(true);
  });
});
