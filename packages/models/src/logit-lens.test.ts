import { fileURLToPath } from "node:url";
import { Tensor } from "@autocircuit/native";
import { afterAll, expect, it } from "vitest";
import { loadModel } from "./load-model.ts";
import { logitLens } from "./logit-lens.ts";
import { logitTable } from "./logit-table.ts";

const file = fileURLToPath(new URL("../test/fixtures/gguf/llama.gguf", import.meta.url));
const model = await loadModel(file);
afterAll(() => model.dispose());
const { layers, dModel } = model.config;
const ids = [1, 7, 9, 4];
const tokens = Tensor.from(BigInt64Array.from(ids, BigInt), { shape: [1, ids.length], dtype: "int64" });
const last = `blocks.${layers - 1}.hook_resid_post`;

it("makes of the stream's end what the model makes of it", async () => {
  using seen = await model.activations(tokens, [last], { positions: [ids.length - 1] });
  const { top } = await logitTable(model, ids, { top: 5 });
  const [stream] = await logitLens(model, seen.of(last).reshape([1, dModel]), { top: 5 });
  expect(stream!.map(({ token, text }) => [token, text])).toEqual(top.map(({ token, text }) => [token, text]));
  for (const [i, { logit, probability }] of stream!.entries()) {
    expect(logit).toBeCloseTo(top[i]!.logit, 4);
    expect(probability).toBeCloseTo(top[i]!.probability, 5);
  }
});

it("takes several vectors, each for itself, whatever the graph", async () => {
  using seen = await model.activations(tokens, [last]);
  const vectors = seen.of(last).reshape([ids.length, dModel]);
  const together = await logitLens(model, vectors, { top: 3 });
  expect(together).toHaveLength(ids.length);
  const alone = await logitLens(model.withGraph({ byToken: true, seqLen: 3 }), vectors.slice(0, 2, 3), { top: 3 });
  expect(alone[0]!.map(({ token }) => token)).toEqual(together[2]!.map(({ token }) => token));
});

it("refuses vectors that are not the stream's", async () => {
  for (const shape of [[dModel], [1, dModel + 1], [0, dModel]]) {
    using wrong = Tensor.zeros(shape);
    await expect(logitLens(model, wrong)).rejects.toThrow(`The vectors must be [N, ${dModel}]`);
  }
});
