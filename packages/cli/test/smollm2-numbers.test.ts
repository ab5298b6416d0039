import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MersenneTwister } from "@autocircuit/base";
import { loadPrompts, type PatchableModel, type PromptBatch } from "@autocircuit/core";
import { answerLoss, edgeAttribution } from "@autocircuit/discovery";
import { loadModel, loadParts, loadTokenizer, loadTransformer, readConfig, SafetensorsFile } from "@autocircuit/models";
import { scope, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { expectedOfSmollm2, indirectObjects, noSmollm2, smollm2, smollm2Gguf } from "./smollm2.ts";

const asStored = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
const minutes = 60_000;

const expected = () =>
  JSON.parse(readFileSync(join(expectedOfSmollm2!, "expected.json"), "utf8")) as {
    texts: string[];
    tokens: number[][];
  };

/** Logits of the token after each text, `[texts][vocabulary]`. */
async function nextLogits(path: string, texts: readonly number[][]): Promise<Float32Array[]> {
  const { transformer } = await loadTransformer(path, asStored);
  using _ = transformer;
  const all: Float32Array[] = [];
  for (const ids of texts)
    await scope(async () => {
      const { logits } = await transformer.forward({ tokens: Tensor.from([ids], { dtype: "int64" }) });
      all.push((await logits!.select(1, ids.length - 1).data()) as Float32Array);
    });
  return all;
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const best = (values: Float32Array) => values.indexOf(values.reduce((most, value) => Math.max(most, value)));

describe.skipIf(noSmollm2 || !expectedOfSmollm2)("SmolLM2 (needs the model and ../shared/models/smollm2)", () => {
  it.each([
    ["its folder", smollm2],
    ["GGUF", smollm2Gguf],
  ])("has transformers' tokens in %s", async (_name, path) => {
    const tokenizer = await loadTokenizer(path);
    for (const [at, text] of expected().texts.entries()) {
      expect([text, tokenizer.encode(text)]).toEqual([text, expected().tokens[at]]);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([1, 2]);
  });

  // transformers computed with weights that were rounded to float16; those of the GGUF file are not.
  it.each([
    ["its folder", smollm2, 1e-5],
    ["GGUF", smollm2Gguf, 1e-3],
  ])("has transformers' logits in %s", { timeout: 5 * minutes }, async (_name, path, bound) => {
    await using file = await SafetensorsFile.open(join(expectedOfSmollm2!, "expected.safetensors"));
    const wanted = new Float32Array(await file.read("logits"));
    const found = await nextLogits(path, expected().tokens);
    for (const [at, logits] of found.entries()) {
      const theirs = wanted.subarray(at * logits.length, (at + 1) * logits.length);
      expect(largest(logits.map((value, i) => value - theirs[i]!)) / largest(theirs)).toBeLessThan(bound);
      expect(best(logits)).toBe(best(theirs));
    }
  });
});

describe.skipIf(noSmollm2)(`SmolLM2${noSmollm2 ? ` (${noSmollm2})` : ""}`, () => {
  it("is the same in GGUF: its weights, rounded to float16, are those of the folder to the bit", {
    timeout: 5 * minutes,
  }, async () => {
    expect(await readConfig(smollm2Gguf)).toEqual(await readConfig(smollm2));
    const { weights } = await loadParts(smollm2Gguf, asStored);
    using fromGguf = weights;
    const { weights: others } = await loadParts(smollm2, asStored);
    using fromFolder = others;
    expect(fromGguf.names()).toEqual(fromFolder.names());
    for (const name of fromGguf.names()) {
      using off = scope(() => fromGguf.get(name).to("float16").to("float32").sub(fromFolder.get(name)).abs().max());
      expect([name, await off.item()]).toEqual([name, 0]);
    }
  });

  it("has attribution scores of 30 edges that finite differences agree with", { timeout: 5 * minutes }, async () => {
    const tokenizer = await loadTokenizer(smollm2Gguf);
    using model = await loadModel(smollm2Gguf, { dtype: "float64", outputSlice: "last_seq", tokenizer });
    const { train, test } = await loadPrompts(indirectObjects, { tokenizer, batchSize: 1, size: 1 });
    using _train = train;
    using _test = test;
    const scores = await edgeAttribution(model, train);
    const scale = scores.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const ranked = scores.top(20).map(({ index }) => index);
    const random = new MersenneTwister(11);
    const drawn = Array.from({ length: 10 }, () => random.next() % model.graph.edgeCount);
    using ablation = await model.ablations(train.batches[0]!.corrupt, "resample");
    for (const edge of [...ranked, ...drawn]) {
      const step = 1e-3;
      const above = await lossAt(model, train.batches[0]!, ablation, edge, step);
      const below = await lossAt(model, train.batches[0]!, ablation, edge, -step);
      const found = scores.values[edge]!;
      expect(Math.abs(found - (above - below) / (2 * step)), `edge ${edge}: ${found}`).toBeLessThan(1e-5 * scale);
    }
  });
});

/** The loss of a batch with one edge of the full model so far ablated. */
function lossAt(
  model: PatchableModel,
  batch: PromptBatch,
  ablation: Awaited<ReturnType<PatchableModel["ablations"]>>,
  edge: number,
  value: number,
): Promise<number> {
  return scope(async () => {
    const mask = new Float64Array(model.graph.edgeCount);
    mask[edge] = value;
    const logits = await model.forward(batch.clean, { ablate: Tensor.from(mask), ablation });
    return answerLoss(logits, batch, "logit", "avg-diff").item();
  });
}
