import { scope, Tensor } from "@autocircuit/native";
import { expect, it } from "vitest";
import { PromptLoader } from "./prompt-loader.ts";
import { describeTokens, repeatTokens, tokenContext } from "./token-context.ts";

const pairs = [
  { clean: [1, 2, 3], corrupt: [4, 5, 6], answers: [7], wrongAnswers: [8] },
  { clean: [9], corrupt: [1, 1], answers: [7, 8], wrongAnswers: [] },
];

it("tokens are int64, padded on the left, and know their padding", async () => {
  using loader = new PromptLoader(pairs, { batchSize: 2, padId: 0 });
  const { clean, corrupt } = loader.batches[0]!;
  expect(clean.dtype).toBe("int64");
  expect(await clean.toArray()).toEqual([
    [1, 2, 3],
    [0, 0, 9],
  ]);
  expect(await corrupt.toArray()).toEqual([
    [4, 5, 6],
    [0, 1, 1],
  ]);
  const unequal = "Prompt 1 of batch 0: `clean` has 1 tokens, `corrupt` 2";
  expect(tokenContext(clean)).toEqual({ padding: [0, 2], unequal });
  expect(tokenContext(corrupt)).toEqual({ padding: [0, 1], unequal });
});

it("tokens are made once, and again after they were freed", () => {
  using loader = new PromptLoader(pairs.slice(0, 1), { batchSize: 1 });
  const batch = loader.batches[0]!;
  const first = batch.clean;
  expect(batch.clean).toBe(first);
  expect(tokenContext(first)).toEqual({});
  batch[Symbol.dispose]();
  expect(first.disposed).toBe(true);
  expect(batch.clean.disposed).toBe(false);
  batch[Symbol.dispose]();
  scope(() => void batch.clean);
  expect(batch.clean.disposed).toBe(false);
});

it("repeated tokens keep their padding", async () => {
  using tokens = describeTokens(Tensor.from([[0, 1]], { dtype: "int64" }), { padding: [1] });
  using twice = repeatTokens(tokens, 2);
  expect(await twice.toArray()).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(tokenContext(twice)).toEqual({ padding: [1, 1] });
});
