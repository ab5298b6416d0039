import { fileURLToPath } from "node:url";
import { Tensor } from "@autocircuit/native";
import { afterAll, expect, it } from "vitest";
import { loadModel } from "./load-model.ts";
import { logitTable } from "./logit-table.ts";

const file = fileURLToPath(new URL("../test/fixtures/gguf/llama.gguf", import.meta.url));
const model = await loadModel(file);
afterAll(() => model.dispose());
const { dVocab } = model.config;

it("ranks what comes next as the logits and their softmax do", async () => {
  const ids = [1, 7, 9, 4];
  const { prompt, top, answers } = await logitTable(model, ids, { top: 5, answers: [3, 8] });
  expect(prompt).toEqual(ids);
  using tokens = Tensor.from(BigInt64Array.from(ids, BigInt), { shape: [1, ids.length], dtype: "int64" });
  using logits = await model.forward(tokens);
  const values = Array.from(await logits.data(), Number);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  expect(top.map(({ token }) => token)).toEqual(order.slice(0, 5));
  expect(top.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  const sum = values.reduce((total, value) => total + Math.exp(value), 0);
  for (const { token, logit, probability } of [...top, ...answers]) {
    expect(logit).toBeCloseTo(values[token]!, 5);
    expect(probability).toBeCloseTo(Math.exp(values[token]!) / sum, 6);
  }
  expect(answers.map(({ token, rank }) => [token, rank])).toEqual([3, 8].map((id) => [id, order.indexOf(id) + 1]));
  const whole = await logitTable(model, ids, { top: 10 * dVocab });
  expect(whole.top).toHaveLength(dVocab);
  expect(whole.top.reduce((total, { probability }) => total + probability, 0)).toBeCloseTo(1, 9);
});

it("reads texts by the model's tokenizer, and begins as texts begin", async () => {
  const { bosId } = model.tokenizer!;
  const { top } = await logitTable(model, [bosId!], { top: 1 });
  const text = "a";
  const ids = [...model.tokenizer!.encode(text)];
  expect((await logitTable(model, text)).prompt).toEqual([bosId, ...ids]);
  const bare = await logitTable(model, text, { prependBos: false });
  expect(bare.prompt).toEqual(ids);
  expect(top[0]!.text).toEqual(expect.any(String));
});

it.each<[string, string | number[], object, RegExp]>([
  ["an empty prompt", [], {}, /The prompt is empty/],
  ["an id there is not", [dVocab], {}, /The prompt has the token id \d+; ids go from 0/],
  ["an answer there is not", [1], { answers: [dVocab] }, /An answer has the token id/],
  ["an answer of several tokens", [1], { answers: ["several words in a row"] }, /is \d+ tokens, not one/],
  ["no top", [1], { top: 0 }, /`top` must be a whole number of at least 1/],
])("%s is an error", async (_, prompt, options, message) => {
  await expect(logitTable(model, prompt, options)).rejects.toThrow(message);
});

it("a text without a tokenizer is an error", async () => {
  using bare = await loadModel(file, { tokenizer: null });
  await expect(logitTable(bare, "text")).rejects.toThrow(/no tokenizer/);
  expect((await logitTable(bare, [1], { top: 1 })).top[0]!.text).toBeNull();
});
