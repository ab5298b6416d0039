import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { huggingFace } from "../test/fixtures.ts";
import { useHub } from "../test/hub-user.ts";
import { LoopbackHub } from "../test/loopback-hub.ts";
import { loadModel } from "./load-model.ts";
import { readConfig } from "./read-config.ts";
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

  it("takes another tokenizer, or none", async () => {
    await using _hub = await servedGpt2(["?"]);
    using other = await loadModel("owner/gpt2", { tokenizer });
    expect(other.tokenizer).toBe(tokenizer);
    using none = await loadModel("owner/gpt2", { tokenizer: null });
    expect(none.tokenizer).toBeNull();
    using without = await loadModel(huggingFace("gpt2"));
    expect(without.tokenizer).toBeNull();
  });

  it("refuses a tokenizer that does not fit", async () => {
    const { dVocab } = await readConfig(huggingFace("gpt2"));
    const list = Array.from({ length: dVocab + 2 }, (_, id) => `w${id}`);
    await using _hub = await servedGpt2(list);
    await expect(loadModel("owner/gpt2")).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining(
        `the tokenizer has ${dVocab + 2} tokens, the model only ${dVocab}: token ${dVocab} ("w${dVocab}") has no embedding`,
      ),
    });
    using model = await loadModel("owner/gpt2", { tokenizer: null });
    expect(model.config.dVocab).toBe(dVocab);
  });
});

describe("readConfig", () => {
  it("fetches the configuration alone", async () => {
    await using hub = await servedGpt2(["?"]);
    expect(await readConfig("owner/gpt2")).toEqual(await readConfig(huggingFace("gpt2")));
    expect(hub.contents()).toEqual(["config.json"]);
  });
});
