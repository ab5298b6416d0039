import { readFileSync } from "node:fs";
import { Tensor } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectClose, numbers } from "../../test/close-to.ts";
import { huggingFace, huggingFaceFamilies } from "../../test/fixtures.ts";
import { type LoadedTransformer, loadTransformer } from "../load-transformer.ts";
import { decode } from "../safetensors/decode.ts";
import { SafetensorsFile } from "../safetensors/safetensors-file.ts";

const raw = { foldLn: false, centerWritingWeights: false, centerUnembed: false, foldValueBiases: false };
const tokensOf = (name: string): number[][] =>
  JSON.parse(readFileSync(`${huggingFace(name)}/inputs.json`, "utf8")).tokens;

async function expected(file: SafetensorsFile, name: string): Promise<Float32Array> {
  return decode(await file.read(name), "F32") as Float32Array;
}

/** Log probabilities: what processing must not change, while logits may all move together. */
function logProbabilities(logits: ArrayLike<number>, vocab: number): number[] {
  return Array.from({ length: logits.length / vocab }, (_, row) => {
    const values = Array.from({ length: vocab }, (_, i) => logits[row * vocab + i]!);
    const max = Math.max(...values);
    const log = max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
    return values.map((value) => value - log);
  }).flat();
}

describe.each(huggingFaceFamilies)("%s computes what transformers computes", (name) => {
  let model: LoadedTransformer;
  let file: SafetensorsFile;
  beforeAll(async () => {
    file = await SafetensorsFile.open(`${huggingFace(name)}/expected.safetensors`);
    model = await loadTransformer(huggingFace(name), raw);
  });
  afterAll(async () => {
    model?.transformer.dispose();
    await file.close();
  });

  it("hidden states and logits", async () => {
    using tokens = Tensor.from(tokensOf(name), { dtype: "int64" });
    const { logits, resid } = await model.transformer.forward({ tokens, resid: true });
    for (let layer = 0; layer <= model.config.layers; layer++) {
      const ours = await numbers(resid!.select(0, layer));
      expectClose(ours, await expected(file, `hidden.${layer}`), 1e-5, `hidden.${layer}`);
    }
    expectClose(await numbers(logits!), await expected(file, "logits"), 1e-5, "logits");
  });

  it("the same predictions after processing, in float32 and float64", async () => {
    using tokens = Tensor.from(tokensOf(name), { dtype: "int64" });
    const vocab = model.config.dVocabOut;
    const wanted = logProbabilities(await expected(file, "logits"), vocab);
    for (const dtype of ["float32", "float64"] as const) {
      const processed = await loadTransformer(huggingFace(name), { dtype });
      using _ = processed.transformer;
      const { logits } = await processed.transformer.forward({ tokens });
      expect(logits!.dtype).toBe(dtype);
      expectClose(logProbabilities(await numbers(logits!), vocab), wanted, 1e-5, dtype);
    }
  });
});
