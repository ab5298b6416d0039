import { expect, it } from "vitest";
import { splitPrompts } from "./split-prompts.ts";

it("takes half of the prompts each, in batches of at most 32 that leave few over", () => {
  expect(splitPrompts(256, {})).toEqual({ batchSize: 32, batchCount: { train: 4, test: 4 } });
  expect(splitPrompts(70, {})).toEqual({ batchSize: 17, batchCount: { train: 2, test: 2 } });
  expect(splitPrompts(3, {})).toEqual({ batchSize: 1, batchCount: { train: 1, test: 1 } });
  for (let count = 2; count < 200; count++) {
    const { batchSize, batchCount } = splitPrompts(count, {});
    expect(batchSize).toBeLessThanOrEqual(32);
    expect(count - batchSize * (batchCount.train + batchCount.test)).toBeLessThanOrEqual(2 * batchCount.train);
  }
});

it("does as it is told", () => {
  expect(splitPrompts(100, { batchSize: 10 })).toEqual({ batchSize: 10, batchCount: { train: 5, test: 5 } });
  expect(splitPrompts(100, { batchCount: { train: 3, test: 1 } })).toEqual({
    batchSize: 25,
    batchCount: { train: 3, test: 1 },
  });
  expect(splitPrompts(100, { batchCount: 2 })).toEqual({ batchSize: 25, batchCount: { train: 2, test: 2 } });
  expect(splitPrompts(100, { batchSize: 5, batchCount: { train: 1, test: 2 } })).toEqual({
    batchSize: 5,
    batchCount: { train: 1, test: 2 },
  });
});

it("says when there are too few", () => {
  expect(() => splitPrompts(1, {})).toThrow(/is 1 prompt pair.*At least 2/);
  expect(() => splitPrompts(20, { batchSize: 11 })).toThrow(/more than half of the 20/);
  expect(() => splitPrompts(20, { batchSize: 6, batchCount: { train: 3, test: 1 } })).toThrow(
    /3 \+ 1 batches of 6 need 24 .* are 20/,
  );
  expect(() => splitPrompts(3, { batchCount: { train: 2, test: 2 } })).toThrow(/need 4 prompt pairs, there are 3/);
  expect(() => splitPrompts(20, { batchCount: [1, 2, 3] as never })).toThrow(/`batchCount` must be/);
});
