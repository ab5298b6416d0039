import { expect, it } from "vitest";
import { equalPairs, equalPairsProblem } from "./equal-pairs.ts";
import type { Answers } from "./prompt-pair.ts";

const pair = { clean: [1], corrupt: [2], answers: [1], wrongAnswers: [2] };

it("looks at sets of answers, position by position, and not at numbers", () => {
  const of = (answers: Answers, wrongAnswers: Answers) => equalPairs([{ ...pair, answers, wrongAnswers }]);
  expect(of([1, 2], [2, 1])).toEqual([expect.stringMatching(/in 1 of 1 prompt pairs \(prompt 0\)/)]);
  expect(of([[1], [2, 3]], [[1], [3, 2]])).toHaveLength(1);
  expect(of([[1], [2]], [[2], [1]])).toEqual([]);
  expect(of([1], [1, 2])).toEqual([]);
  expect(of([], [])).toEqual([]);
  expect(of([0.5], [0.5])).toEqual([]);
});

it("says what equal prompts mean for what ablated edges take", () => {
  const equal = { ...pair, corrupt: [1] };
  expect(equalPairs([equal, equal])).toEqual([
    expect.stringMatching(/^warning: clean and corrupt are the same in all 2 .* nothing can be found/),
  ]);
  expect(equalPairs([pair, equal])).toEqual([expect.stringMatching(/in 1 of 2 prompt pairs: for these, /)]);
  expect(equalPairs([pair, equal], { ablation: "zero" })).toEqual([
    "warning: clean and corrupt are the same in 1 of 2 prompt pairs",
  ]);
});

it("says why no circuit can be looked for where all prompts are equal and resampled", () => {
  const equal = { ...pair, corrupt: [1] };
  const placed = [10, 2].map((row) => ({ ...equal, where: `some.json: prompts[${row}]` }));
  expect(equalPairsProblem(placed)).toBe(
    "Clean and corrupt are the same in all 2 prompt pairs, from some.json: prompts[2] on: ablated edges would take the values that they have " +
      'already. Give corrupt prompts that differ, or another `ablation` ("zero").',
  );
  expect(equalPairsProblem([equal], { another: "help" })).toMatch(/from prompt 0 on: .* or help\.$/);
  expect(equalPairsProblem([equal, pair])).toBeUndefined();
  expect(equalPairsProblem([])).toBeUndefined();
  expect(equalPairsProblem([equal], { ablation: "zero" })).toBeUndefined();
});
