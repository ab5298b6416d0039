import { describe, expect, it } from "vitest";
import { tracrReversePrompts } from "../tasks/tracr-reverse/prompts.ts";
import { tracrXproportionPrompts } from "../tasks/tracr-xproportion/prompts.ts";
import { formatPromptFile } from "./prompt-file.ts";
import { sequencePairs } from "./sequence-pairs.ts";

const keyOf = (tokens: readonly number[]) => tokens.join(" ");

describe.each([
  { name: "tracr-reverse", make: tracrReversePrompts, count: 243 },
  { name: "tracr-xproportion", make: tracrXproportionPrompts, count: 1024 },
])("$name prompts", ({ make, count }) => {
  it(`hold all ${count} sequences once, never paired with themselves`, () => {
    const prompts = make();
    expect(new Set(prompts.map((prompt) => keyOf(prompt.clean))).size).toBe(count);
    expect(prompts).toHaveLength(count);
    for (const prompt of prompts) {
      expect(prompt.corrupt).not.toEqual(prompt.clean);
      expect(prompt.corrupt[0]).toBe(prompt.clean[0]);
      expect(prompt.answers).toHaveLength(5);
      expect(prompt.wrong_answers).toHaveLength(5);
    }
  });

  it("depend on the seed only", () => {
    expect(make({ seed: 4 })).toEqual(make({ seed: 4 }));
    expect(make({ seed: 4 })).not.toEqual(make({ seed: 5 }));
  });
});

describe("answers", () => {
  it("reverse the sequence", () => {
    const prompt = tracrReversePrompts().find((candidate) => keyOf(candidate.clean) === "3 0 1 2 2 0");
    expect(prompt?.answers).toEqual([[0], [2], [2], [1], [0]]);
  });

  it("give the share of x so far", () => {
    const prompt = tracrXproportionPrompts().find((candidate) => keyOf(candidate.clean) === "0 3 2 3 4 5");
    expect(prompt?.answers).toEqual([[1], [1 / 2], [2 / 3], [2 / 4], [2 / 5]]);
  });

  it("of the corrupt prompt are the wrong answers", () => {
    for (const prompt of tracrReversePrompts().slice(0, 20)) {
      expect(prompt.wrong_answers.flat()).toEqual(prompt.corrupt.slice(1).toReversed());
    }
  });
});

describe("sequencePairs", () => {
  it("can insist on different answers", () => {
    const parity = (sequence: readonly number[]) => [sequence.reduce((sum, value) => sum + value, 0) % 2];
    const pairs = sequencePairs({
      alphabet: [0, 1],
      length: 6,
      bos: 9,
      answers: parity,
      count: 20,
      answersDiffer: true,
    });
    expect(pairs).toHaveLength(20);
    for (const pair of pairs) expect(pair.answers).not.toEqual(pair.wrong_answers);
  });

  it("can spread the clean prompts over the answers", () => {
    const allOnes = (sequence: readonly number[]) => [sequence.every((value) => value === 1) ? 1 : 0];
    const options = { alphabet: [0, 1], length: 5, bos: 9, answers: allOnes, count: 2 };
    for (const seed of [0, 1, 2]) {
      const answers = sequencePairs({ ...options, seed, balanced: true }).map((pair) => pair.answers);
      expect(answers).toContainEqual([[1]]);
      expect(answers).toContainEqual([[0]]);
    }
  });

  it("says when nothing can be paired", () => {
    const one = { alphabet: [0], length: 3, bos: 1, answers: () => [0] };
    expect(() => sequencePairs(one)).toThrow(/cannot be paired/);
    const same = { alphabet: [0, 1], length: 3, bos: 1, answers: () => [0], answersDiffer: true };
    expect(() => sequencePairs(same)).toThrow(/same answers/);
  });
});

describe("formatPromptFile", () => {
  it("is JSON with one prompt a line", () => {
    const file = { task: "t", description: "d", command: "c", seed: 1, prompts: tracrReversePrompts().slice(0, 3) };
    const text = formatPromptFile(file);
    expect(JSON.parse(text)).toEqual(file);
    expect(text.split("\n").filter((line) => line.includes('"clean"'))).toHaveLength(3);
  });
});
