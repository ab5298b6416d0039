import { scope } from "@autocircuit/native";
import { expect, it } from "vitest";
import { PromptLoader } from "./prompt-loader.ts";

const pairs = [
  { clean: [1, 2, 3], corrupt: [4, 5, 6], answers: [7], wrongAnswers: [8] },
  { clean: [9], corrupt: [1, 1], answers: [7, 8], wrongAnswers: [] },
];

it("tokens are int64, padded on the left, and know their padding", async () => {
  using loader = new PromptLoader(pairs, { batchSize: 2, padId: 0 });
  const { clean, corrupt } = loader.batches[0]!;
  expect(clean.ids.dtype).toBe("int64");
  expect(await clean.ids.toArray()).toEqual([
    [1, 2, 3],
    [0, 0, 9],
  ]);
  expect(await corrupt.ids.toArray()).toEqual([
    [4, 5, 6],
    [0, 1, 1],
  ]);
  const unequal = "Prompt 1 of batch 0: `clean` has 1 tokens, `corrupt` 2";
  expect(clean).toMatchObject({ padding: [0, 2], unequal, numbers: [0, 1] });
  expect(corrupt).toMatchObject({ padding: [0, 1], unequal, numbers: [0, 1] });
});

it("tokens are made once, and again after they were freed", () => {
  using loader = new PromptLoader(pairs.slice(0, 1), { batchSize: 1 });
  const batch = loader.batches[0]!;
  const first = batch.clean;
  expect(batch.clean).toBe(first);
  expect(first).toMatchObject({ padding: undefined, prefix: undefined, counterpart: undefined, unequal: undefined });
  batch[Symbol.dispose]();
  expect(first.disposed).toBe(true);
  expect(batch.clean.disposed).toBe(false);
  batch[Symbol.dispose]();
  const inScope = scope(() => ({ of: () => batch.clean, first: batch.clean })).first;
  expect(batch.clean).toBe(inScope);
  expect(inScope.disposed).toBe(false);
});
