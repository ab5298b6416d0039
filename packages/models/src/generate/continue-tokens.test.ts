import type { PatchableModel } from "@autocircuit/core";
import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { ggufFixture } from "../../test/fixtures.ts";
import { loadModel } from "../load-model.ts";
import { continueTokens } from "./continue-tokens.ts";

const gpt2 = new URL("../../../conformance/fixtures/hf/gpt2", import.meta.url).pathname;

/** What whole prompts give, without anything that is kept. */
async function byWholePrompts(model: PatchableModel, prompt: readonly number[], count: number): Promise<number[]> {
  const written: number[] = [];
  while (written.length < count) {
    const ids = BigInt64Array.from([...prompt, ...written], BigInt);
    using tokens = Tensor.from(ids, { shape: [1, ids.length], dtype: "int64" });
    using logits = await model.forward(tokens, { positions: [ids.length - 1] });
    using row = logits.reshape([-1]);
    using best = row.argmax(0);
    written.push(await best.item());
  }
  return written;
}

describe("continueTokens", () => {
  it("writes what whole prompts give, token by token, and no token that ends a text", async () => {
    using model = await loadModel(gpt2);
    const prompt = [3, 1, 4];
    const expected = await byWholePrompts(model, prompt, 6);
    const written = await continueTokens(model, prompt, { ends: [], maxTokens: 6 });
    expect(written).toEqual({ prompt, tokens: expected, stopped: "length" });
    const first = expected.indexOf(expected[3]!);
    const ended = await continueTokens(model, prompt, { ends: [expected[3]!], maxTokens: 6 });
    expect(ended).toEqual({ prompt, tokens: expected.slice(0, first), stopped: "end of text" });
  });

  it("reads a text as the model's tokenizer does", async () => {
    using model = await loadModel(ggufFixture("llama"));
    const { prompt, tokens } = await continueTokens(model, "ab", { maxTokens: 2, ends: [] });
    expect(prompt).toEqual([model.tokenizer!.bosId, ...model.tokenizer!.encode("ab")]);
    expect(tokens).toEqual(await byWholePrompts(model, prompt, 2));
    const bare = await continueTokens(model, "ab", { maxTokens: 1, prependBos: false });
    expect(bare.prompt).toEqual(model.tokenizer!.encode("ab"));
  });

  it("draws the same for one seed", async () => {
    using model = await loadModel(gpt2);
    const draw = (seed: number) => continueTokens(model, [1], { temperature: 5, topK: 20, seed, maxTokens: 10 });
    const [first, again, other] = [await draw(3), await draw(3), await draw(4)];
    expect(again).toEqual(first);
    expect(other.tokens).not.toEqual(first.tokens);
  });

  it("stops where the context is full, and when asked", async () => {
    using model = await loadModel(gpt2);
    const options = { ends: [], maxTokens: 1e6 };
    const { tokens, stopped } = await continueTokens(model, [1], options);
    expect(stopped).toBe("context");
    expect(tokens).toHaveLength(model.config.context - 1);
    const abort = new AbortController();
    const aborted = continueTokens(model, [1], { ...options, signal: abort.signal, onToken: () => abort.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  });

  it("refuses what it cannot continue", async () => {
    using model = await loadModel(gpt2);
    const { context, dVocab } = model.config;
    await expect(continueTokens(model, [])).rejects.toThrow(/empty/);
    await expect(continueTokens(model, "text")).rejects.toThrow(/no tokenizer/);
    await expect(continueTokens(model, [dVocab])).rejects.toThrow(`ids go from 0 to ${dVocab - 1}`);
    await expect(continueTokens(model, Array(context).fill(1))).rejects.toThrow(/no room to go on/);
    await expect(continueTokens(model, [1], { topK: 3 })).rejects.toThrow(/needs `temperature`/);
  });
});
