import { describe, expect, it } from "vitest";
import { PromptLoader } from "./prompt-loader.ts";

const pairs = Array.from({ length: 7 }, (_, index) => ({
  clean: [1, 2, index],
  corrupt: [1, 3, index],
  answers: [index],
  wrongAnswers: [[index]],
}));

describe("PromptLoader", () => {
  it("makes batches of equal size in order and drops the rest", () => {
    const loader = new PromptLoader(pairs, { batchSize: 3 });
    expect(loader.length).toBe(2);
    expect(loader.promptCount).toBe(6);
    expect(loader.dropped).toBe(1);
    expect([...loader].map((batch) => batch.prompts)).toEqual([pairs.slice(0, 3), pairs.slice(3, 6)]);
    expect(loader.batches[1]!.answers).toEqual([[3], [4], [5]]);
    expect(loader.batches[1]!.wrongAnswers).toEqual([[[3]], [[4]], [[5]]]);
    expect(loader.divergence).toBe(1);
    expect(loader.batches[0]!.divergence).toBe(1);
    expect(loader.seqLen).toBe(3);
  });

  it("tells batches apart by key, also those of other loaders", () => {
    const keys = [
      ...new PromptLoader(pairs, { batchSize: 3 }).batches,
      ...new PromptLoader(pairs.slice(1), { batchSize: 3 }).batches,
      new PromptLoader([pairs[0]!, pairs[0]!], { batchSize: 1 }).batches[1]!,
    ].map((batch) => batch.key);
    expect(new Set(keys).size).toBe(5);
    expect(keys.every(Number.isSafeInteger)).toBe(true);
    expect(new PromptLoader(pairs, { batchSize: 3 }).batches[1]!.key).toBe(keys[1]);
  });

  it("says what cannot be", () => {
    const short = { ...pairs[0]!, corrupt: [1] };
    expect(() => new PromptLoader(pairs, { batchSize: 8 })).toThrow(/7 prompts do not fill one batch of 8/);
    expect(() => new PromptLoader(pairs, { batchSize: 1.5 })).toThrow(
      /`batchSize` must be a whole number of at least 1, but it is 1.5/,
    );
    expect(() => new PromptLoader([pairs[0]!, short], { batchSize: 1 })).toThrow(
      /the corrupt prompt number 1 has 1 tokens, another has 3.*`padId`/,
    );
    expect(() => new PromptLoader(pairs, { batchSize: 1, seqLabels: ["a", "b"] })).toThrow(/2 labels/);
    expect(new PromptLoader([pairs[0]!, short], { batchSize: 2, padId: 0 }).batches[0]!.padding("corrupt")).toEqual([
      0, 2,
    ]);
  });
});
