import { describe, expect, it } from "vitest";
import type { RawPrompt } from "./raw-prompt.ts";
import { type TokenizeOptions, tokenizePrompts } from "./tokenize-prompts.ts";

/** One token a letter. */
const letters = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 96), bosId: 0 };

const raw = (changes: Partial<RawPrompt> = {}): RawPrompt => ({
  clean: "ab",
  corrupt: "ac",
  answers: ["d"],
  wrong_answers: ["e", "f"],
  ...changes,
});
const run = (prompts: RawPrompt[], options: TokenizeOptions = {}) =>
  tokenizePrompts(
    prompts.map((prompt, index) => ({ prompt, where: `file: prompts[${index}]` })),
    options,
  );

describe("tokenizePrompts", () => {
  it("puts BOS before text, not before answers", () => {
    expect(run([raw()], { tokenizer: letters })).toEqual({
      pairs: [{ clean: [0, 1, 2], corrupt: [0, 1, 3], answers: [4], wrongAnswers: [5, 6] }],
      bos: true,
    });
    expect(run([raw()], { tokenizer: letters, prependBos: false }).pairs[0]!.clean).toEqual([1, 2]);
    expect(run([raw()], { tokenizer: { encode: letters.encode } })).toMatchObject({ bos: false });
  });

  it("takes token ids as they are", () => {
    const ids = { clean: [3, 1], corrupt: [3, 2], answers: [[1], [2]], wrong_answers: [[3], [4]] };
    expect(run([ids], { vocabulary: 4, outputVocabulary: 5 })).toEqual({
      pairs: [{ clean: [3, 1], corrupt: [3, 2], answers: [[1], [2]], wrongAnswers: [[3], [4]] }],
      bos: false,
    });
    expect(run([ids], { tokenizer: letters }).bos).toBe(false);
  });

  it("takes answers that are numbers", () => {
    const values = raw({ clean: [1], corrupt: [2], answers: [[0.5], [1]], wrong_answers: [[7], [0]] });
    expect(run([values], { outputVocabulary: 1 }).pairs[0]!.answers).toEqual([[0.5], [1]]);
    const whole = raw({ clean: [1], corrupt: [2], answers: [7], wrong_answers: [] });
    expect(() => run([whole], { outputVocabulary: 1 })).toThrow(/`answers` has token id 7; ids must be from 0 to 0/);
    expect(run([whole], { outputVocabulary: 1, answers: "numbers" }).pairs[0]!.answers).toEqual([7]);
  });

  const ids = { clean: [1], corrupt: [1], answers: [4], wrong_answers: [5] };
  it.each<[string, RawPrompt[], TokenizeOptions, RegExp]>([
    ["answers without a tokenizer", [ids, { ...ids, answers: ["d"] }], {}, /given as text; pass a `tokenizer`/],
    [
      "an answer of two tokens",
      [raw(), raw({ answers: ["xy"] })],
      { tokenizer: { ...letters, pieces: (text) => [...text] } },
      /`answers`: "xy" is 2 tokens \("x" \| "y"\); an answer must be one token\.$/,
    ],
    [
      "an answer that is a wrong one too",
      [raw(), raw({ answers: ["d", "e"] })],
      { tokenizer: letters },
      /prompts\[1\]: "e" is one of `answers` and of `wrong_answers`: give others\.$/,
    ],
    ["an answer of no token", [raw(), raw({ answers: [""] })], { tokenizer: letters }, /"" is 0 tokens/],
    [
      "an id too large",
      [raw(), raw({ clean: "az" })],
      { tokenizer: letters, vocabulary: 26 },
      /`clean` has token id 26/,
    ],
    [
      "an answer too large",
      [raw(), raw({ wrong_answers: ["z"] })],
      { tokenizer: letters, outputVocabulary: 9 },
      /`wrong_answers` has token id 26/,
    ],
    [
      "ids among texts",
      [raw(), raw({ corrupt: [1, 2] })],
      { tokenizer: letters },
      /`corrupt` is given as token ids, other/,
    ],
    ["texts among ids", [ids, raw()], { tokenizer: letters }, /`clean` is given as text, other prompts as token ids/],
  ])("names prompt and reason: %s", (_title, prompts, options, message) => {
    expect(() => run(prompts, options)).toThrow(message);
    expect(() => run(prompts, options)).toThrow("file: prompts[1]");
  });

  it("refuses negative and fractional ids, and a BOS that is not there", () => {
    expect(() => run([raw({ clean: [-1], corrupt: [1], answers: [1], wrong_answers: [] })])).toThrow(/token id -1/);
    expect(() => run([raw({ clean: [0.5], corrupt: [1], answers: [1], wrong_answers: [] })])).toThrow(/token id 0.5/);
    expect(() => run([raw()], { tokenizer: { encode: letters.encode }, prependBos: true })).toThrow(/no BOS token/);
    expect(() => run([raw()])).toThrow(/pass a `tokenizer`/);
  });
});
