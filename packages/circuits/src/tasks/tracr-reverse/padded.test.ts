import { PromptLoader, type Tokens } from "@autocircuit/core";
import { setThreads, type Tensor } from "@autocircuit/native";
import { expect, it } from "vitest";
import { tracrReverse } from "./tracr-reverse.ts";

await setThreads(1);

// Every position attends to every other one, so a padded position that counts makes the text longer and its reverse another one.
it("padded prompts give what they give alone; so do some of them, and repeated ones", async () => {
  await using task = await tracrReverse();
  const model = task.model.withGraph({ seqLen: null });
  const pairs = task.test.prompts.slice(0, 3).map((pair, row) => ({
    ...pair,
    clean: pair.clean.slice(0, pair.clean.length - row),
    corrupt: pair.corrupt.slice(0, pair.corrupt.length - row),
  }));
  const { clean } = new PromptLoader(pairs, { batchSize: 3, padId: 0 }).batches[0]!;
  const alone = await Promise.all(
    pairs.map((pair) => model.forward(new PromptLoader([pair], { batchSize: 1 }).batches[0]!.clean, { sliced: false })),
  );
  /** How far rows are from those prompts alone, behind their padding. */
  const furthest = async (tokens: Tokens | Tensor, prompts: readonly number[]) => {
    using logits = await model.forward(tokens, { sliced: false });
    const ofRows = prompts.map((prompt, row) => {
      const behind = logits.slice(0, row, row + 1).slice(1, clean.padding![prompt]!);
      return behind.sub(alone[prompt]!).abs().max().item();
    });
    return Math.max(...(await Promise.all(ofRows)));
  };
  expect(clean.padding).toEqual([0, 1, 2]);
  expect(await furthest(clean, [0, 1, 2])).toBeLessThan(1e-5);
  using some = clean.slice(1, 3);
  expect(await furthest(some, [1, 2])).toBeLessThan(1e-5);
  using twice = some.repeat(2);
  expect(await furthest(twice, [1, 2, 1, 2])).toBeLessThan(1e-5);
  expect(await furthest(clean.ids, [0, 1, 2])).toBeGreaterThan(0.5);
});
