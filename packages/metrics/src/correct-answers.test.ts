import { Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { correctAnswers, correctByCircuit, correctOfPair } from "./correct-answers.ts";

const booleans = async (tensor: Tensor) => Array.from(await tensor.data(), Number);

describe("an answer is right", () => {
  it.each<[string, number[], number[], number]>([
    ["above all others", [1, 3, 2], [1], 1],
    ["not below another", [1, 3, 2], [2], 0],
    ["not in a tie with another", [3, 3, 2], [1], 0],
    ["not where all outputs are equal", [0, 0, 0], [1], 0],
    ["if one of several is above all others", [1, 3, 2], [0, 1], 1],
    ["if several tie among themselves alone", [3, 3, 2], [0, 1], 1],
    ["not if several tie with another", [3, 3, 3], [0, 1], 0],
    ["if it is named twice", [1, 3, 2], [1, 1], 1],
    ["not in a tie, though it is named twice", [1, 3, 3], [1, 1], 0],
    ["if all tokens are answers", [2, 2, 2], [2, 1, 0], 1],
    ["not where it is no number", [1, Number.NaN, 2], [1], 0],
    ["not where another is no number", [1, 3, Number.NaN], [1], 0],
  ])("%s", async (_, logits, answers, right) => {
    // Beside it a prompt with more answers, so that the list is filled up.
    const rows = Tensor.from([logits, [0, 1, 2]]);
    expect(await booleans(correctAnswers(rows, [answers, [2, 1, 0]]))).toEqual([right, 1]);
  });

  it("by circuit and position", async () => {
    const right = [
      [5, 0, 0],
      [0, 5, 0],
    ];
    const tied = [
      [5, 5, 0],
      [0, 5, 0],
    ];
    const found = correctByCircuit(
      Tensor.from([right, right, tied, right]),
      [
        [[0], [1]],
        [[0], [2]],
      ],
      2,
    );
    expect(found.shape).toEqual([2, 2, 2]);
    expect(await booleans(found)).toEqual([1, 1, 1, 0, 0, 1, 1, 0]);
  });
});

describe("an answer is above the wrong ones", () => {
  it.each<[string, number[], number[], number[], number]>([
    ["if it is", [1, 3, 2], [1], [0, 2], 1],
    ["whatever else is higher", [1, 2, 3], [1], [0], 1],
    ["not in a tie", [1, 3, 3], [1], [0, 2], 0],
    ["not where all outputs are equal", [0, 0, 0], [1], [0], 0],
    ["if the best of several is", [1, 3, 2], [0, 1], [2], 1],
    ["without being compared with itself", [1, 3, 2], [1], [1, 2], 1],
    ["not if another is higher than what both name", [1, 3, 4], [1], [1, 2], 0],
  ])("%s", async (_, logits, answers, wrong, right) => {
    const rows = Tensor.from([logits, [0, 1, 2]]);
    const batch = { answers: [answers, [2]], wrongAnswers: [wrong, [0, 1]] };
    expect(await booleans(correctOfPair(rows, batch))).toEqual([right, 1]);
  });
});
