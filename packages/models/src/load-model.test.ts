import { readFileSync } from "node:fs";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { huggingFace } from "../test/fixtures.ts";
import { useHub } from "../test/hub-user.ts";
import { LoopbackHub } from "../test/loopback-hub.ts";
import { resolveModelFolder } from "./hub/resolve-model-folder.ts";
import { type LoadModelOptions, loadModel } from "./load-model.ts";
import { processingSteps } from "./processing/process-weights.ts";
import { readConfig } from "./read-config.ts";
import { loadTokenizer } from "./tokenizer/load-tokenizer.ts";
import { TextTokenizer } from "./tokenizer/text-tokenizer.ts";

const file = (name: string) => readFileSync(`${huggingFace("gpt2")}/${name}`);
const words = (list: readonly string[]) =>
  JSON.stringify({
    model: { type: "WordLevel", vocab: Object.fromEntries(list.map((word, id) => [word, id])), unk_token: "?" },
    pre_tokenizer: { type: "Whitespace" },
  });
const tokenizer = { encode: (text: string) => [...text].map(() => 1) };

/** The small GPT-2 on a hub, with a tokenizer of these words. */
async function servedGpt2(list: readonly string[]): Promise<LoopbackHub> {
  const hub = await LoopbackHub.serve("owner/gpt2", {
    "config.json": file("config.json"),
    "model.safetensors": file("model.safetensors"),
    "tokenizer.json": words(list),
  });
  useHub(hub);
  return hub;
}

describe("loadModel", () => {
  it("fetches a model by name, with its tokenizer", async () => {
    await using _hub = await servedGpt2(["?", "red", "blue"]);
    const stages = new Set<string>();
    using model = await loadModel("owner/gpt2", {
      outputSlice: "last_seq",
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect([...stages]).toEqual(["downloading", "reading", "processing"]);
    expect(model.tokenizer).toBeInstanceOf(TextTokenizer);
    expect(model.tokenizer?.encode("blue red green")).toEqual([2, 1, 0]);
  });

  it("says how its weights were processed, as do models that are made of it", async () => {
    const how = async (options: Parameters<typeof loadModel>[1]) => {
      using model = await loadModel(huggingFace("gpt2"), options);
      expect(model.withGraph({ factorized: false }).processing).toEqual(model.processing);
      return model.processing;
    };
    expect(await how({})).toEqual({ steps: [...processingSteps], usual: true });
    expect(await how({ foldLn: true })).toEqual({ steps: [...processingSteps], usual: true });
    expect(await how({ centerUnembed: false })).toEqual({
      steps: ["foldLn", "centerWritingWeights", "foldValueBiases"],
      usual: false,
    });
  });

  it("says whether logits are less their mean over the vocabulary, which they then are", async () => {
    const mean = async (options: LoadModelOptions) => {
      using model = await loadModel(huggingFace("gpt2"), { outputSlice: "last_seq", dtype: "float64", ...options });
      const ids = Tensor.from(BigInt64Array.of(1n, 2n, 3n), { shape: [1, 3], dtype: "int64" });
      const logits = (await (await model.forward(ids)).data()) as Float64Array;
      return { centered: model.centeredLogits, mean: logits.reduce((sum, value) => sum + value) / logits.length };
    };
    const processed = await mean({});
    expect(processed.centered).toBe(true);
    expect(processed.mean).toBeCloseTo(0, 9);
    const stored = await mean({ centerUnembed: false });
    expect(stored.centered).toBe(false);
    expect(Math.abs(stored.mean)).toBeGreaterThan(1e-3);
  });

  it("takes another tokenizer, or none", async () => {
    await using _hub = await servedGpt2(["?"]);
    using other = await loadModel("owner/gpt2", { tokenizer });
    expect(other.tokenizer).toBe(tokenizer);
    using none = await loadModel("owner/gpt2", { tokenizer: null });
    expect(none.tokenizer).toBeNull();
    using without = await loadModel(huggingFace("gpt2"));
    expect(without.tokenizer).toBeNull();
  });

  it("takes a tokenizer with more tokens than the model, and refuses a text that needs one of them", async () => {
    const { dVocab } = await readConfig(huggingFace("gpt2"));
    const list = Array.from({ length: dVocab + 2 }, (_, id) => `w${id}`);
    await using _hub = await servedGpt2(list);
    using model = await loadModel("owner/gpt2");
    expect(model.tokenizer?.encode(`w0 w${dVocab - 1}`)).toEqual([0, dVocab - 1]);
    const beyond = `w1 w${dVocab}`;
    const message =
      `"${beyond}": token ${dVocab} ("w${dVocab}") has no embedding: ` +
      `the tokenizer has ${dVocab + 2} tokens, the model ${dVocab}.`;
    const refused = expect.objectContaining({ code: "bad-input", message: expect.stringContaining(message) });
    expect(() => model.tokenizer?.encode(beyond)).toThrow(refused);

    const whole = await loadTokenizer(await resolveModelFolder("owner/gpt2"));
    expect(() => whole.encode(beyond)).toThrow(refused);
    // Given by hand, for a model whose configuration it does not know.
    const other = new TextTokenizer({
      codec: () => ({ encode: () => [200], decode: () => "", has: () => true, tokenText: () => `w${dVocab}` }),
      specialIds: { bosId: 1, eosId: 200, padId: 200 },
      vocabularySize: 201,
    });
    using given = await loadModel("owner/gpt2", { tokenizer: other });
    expect(() => given.tokenizer?.encode("x")).toThrow("token 200");
    expect(given.tokenizer).toMatchObject({ bosId: 1, padId: null });
    expect(other.encode("x")).toEqual([200]);
  });
});

describe("readConfig", () => {
  it("fetches the configuration alone", async () => {
    await using hub = await servedGpt2(["?"]);
    expect(await readConfig("owner/gpt2")).toEqual(await readConfig(huggingFace("gpt2")));
    expect(hub.contents()).toEqual(["config.json"]);
  });
});
