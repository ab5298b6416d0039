import { type Prefix, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyTransformer } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
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
    expect(loader.firstDifference).toBe(1);
    expect(loader.batches[0]!.firstDifference).toBe(1);
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

  it("has another key where answers or the alignment are others", () => {
    const pair = { clean: [1, 2], corrupt: [1, 3], answers: [4, 5], wrongAnswers: [6] };
    const changes = [
      {},
      { answers: [4] },
      { answers: [4, 7] },
      { answers: [[4], [5]] },
      { answers: [[4, 5]] },
      { answers: [4.5, 5] },
      { wrongAnswers: [7] },
      { answers: [4], wrongAnswers: [5, 6] },
      { alignment: [0, null] },
      { alignment: [0, 1] },
    ];
    const keys = changes.map((change) => new PromptLoader([{ ...pair, ...change }], { batchSize: 1 }).batches[0]!.key);
    expect(new Set(keys).size).toBe(changes.length);
    const ids = Array.from({ length: 1600 }, (_, i) => ({
      ...pair,
      answers: [i % 40],
      wrongAnswers: [Math.floor(i / 40)],
    }));
    const places = new PromptLoader(ids, { batchSize: 1 }).batches.map(({ key, index }) => key - index * 2 ** 32);
    expect(new Set(places).size).toBe(ids.length);
  });

  it("takes one prefix for all prompts, or one for each batch", async () => {
    using model = new PatchableModel({ transformer: tinyTransformer() });
    const prefixOf = async (rows: number[][]) => {
      using ids = Tensor.from(rows, { dtype: "int64" });
      return (await model.run(ids, { keysValues: true, logits: false })).prefix!;
    };
    using one = await prefixOf([[4, 5]]);
    using own = await prefixOf([
      [4, 5],
      [6, 7],
      [8, 9],
    ]);
    const batches = (prefixes: Prefix[]) => new PromptLoader(pairs, { batchSize: 3, prefixes }).batches;
    expect(batches([one]).map(({ prefix, prefixShared }) => [prefix, prefixShared])).toEqual([
      [one, true],
      [one, true],
    ]);
    expect(batches([own, own]).map(({ prefixShared }) => prefixShared)).toEqual([false, false]);
    expect(() => batches([own])).toThrow(
      "1 `prefixes` for 2 batches: give one of one row for all, or one for each batch",
    );
    const others = new PromptLoader(pairs, { batchSize: 2, prefixes: [own, own, own] });
    expect(() => others.batches[0]!.clean).toThrow("`prefix` was made of 3 rows, but there are 2 rows of tokens");
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
    expect(() => new PromptLoader(pairs, { batchSize: 1, tokenLabels: ["a", "b"] })).toThrow(/2 labels/);
    expect(new PromptLoader([pairs[0]!, short], { batchSize: 2, padId: 0 }).batches[0]!.padding("corrupt")).toEqual([
      0, 2,
    ]);
  });
});
