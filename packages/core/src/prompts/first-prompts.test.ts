import { afterAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { sharePrefix } from "../model/share-prefix.ts";
import { firstPrompts } from "./first-prompts.ts";
import { PromptLoader } from "./prompt-loader.ts";

const model = new PatchableModel({ transformer: tinyTransformer() });
afterAll(() => model.dispose());

const own = new PromptLoader(randomPairs(6, 6, 3), { batchSize: 2, wordPositions: { word: 4 } });
const common = new PromptLoader(
  own.prompts.map(({ clean, corrupt, ...pair }) => ({
    ...pair,
    clean: [1, 2, 3, ...clean.slice(3)],
    corrupt: [1, 2, 3, ...corrupt.slice(3)],
  })),
  { batchSize: 2 },
);

describe("firstPrompts", () => {
  it("gives at most so many, in one batch", () => {
    const sizes = (most: number) => firstPrompts(own, most).batches.map(({ size }) => size);
    expect([sizes(1), sizes(5), sizes(100)]).toEqual([[1], [5], [6]]);
    expect(firstPrompts(own, 5).prompts).toEqual(own.prompts.slice(0, 5));
    expect(firstPrompts(own, 5).wordPositions).toEqual({ word: 4 });
    expect(firstPrompts(new PromptLoader([], { batchSize: 2 }), 5).promptCount).toBe(0);
  });

  it.each([
    ["one prefix", common, 5, [5]],
    ["prefixes of their own", own, 5, [2, 2]],
    ["prefixes of their own", own, 1, [2]],
  ] as const)("keeps what was cut off as %s", async (_, prompts, most, sizes) => {
    using shared = await sharePrefix(model, prompts);
    expect(shared.length).toBe(3);
    using some = firstPrompts(shared.prompts, most);
    expect(some.batches.map(({ size }) => size)).toEqual(sizes);
    const found: number[] = [];
    for (const batch of some.batches) found.push(...(await values(await shared.model.forward(batch.clean))));
    using whole = firstPrompts(prompts, some.promptCount);
    const expected = await values(await model.forward(whole.batches[0]!.clean));
    expect(maxDifference(Float32Array.from(found), expected)).toBeLessThan(1e-4);
  });
});
