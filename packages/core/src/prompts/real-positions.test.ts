import { describe, expect, it } from "vitest";
import { PromptLoader } from "./prompt-loader.ts";
import { realPositions } from "./real-positions.ts";

const pair = (clean: number[]) => ({ clean, corrupt: clean, answers: [0], wrongAnswers: [1] });
const batchOf = (...prompts: number[][]) =>
  new PromptLoader(prompts.map(pair), { batchSize: prompts.length, padId: 0 }).batches[0]!;

describe("positions that have a token", () => {
  it("are those behind the padding, of a slice too", async () => {
    const { clean } = batchOf([1, 2, 3], [4]);
    const real = realPositions(clean)!;
    expect(real.shape).toEqual([2, 3, 1]);
    expect(Array.from(await real.data(), Number)).toEqual([1, 1, 1, 0, 0, 1]);
    const second = realPositions(clean.slice(1, 2))!;
    expect(second.shape).toEqual([1, 3, 1]);
    expect(Array.from(await second.data(), Number)).toEqual([0, 0, 1]);
  });

  it("are not written down where all are", () => {
    expect(realPositions(batchOf([1, 2], [3, 4]).clean)).toBeUndefined();
  });
});
