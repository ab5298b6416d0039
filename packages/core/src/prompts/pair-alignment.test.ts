import { describe, expect, it } from "vitest";
import { loadPrompts } from "./load-prompts.ts";
import { partnersByWords, partnersFromEnd, reversed } from "./pair-alignment.ts";
import { PromptLoader } from "./prompt-loader.ts";

describe("partners", () => {
  it("counted from the end", () => {
    expect(partnersFromEnd(4, 2)).toEqual([null, null, 0, 1]);
    expect(partnersFromEnd(2, 4)).toEqual([2, 3]);
  });

  it("word by word, within a word from its end", () => {
    const clean = ["When", " Basing", "sto", "ke", " went"];
    const corrupt = ["When", " Mary", " we", "nt"];
    expect(partnersByWords(clean, corrupt, "here")).toEqual([0, null, null, 1, 3]);
    expect(partnersByWords(corrupt, clean, "here")).toEqual([0, 3, null, 4]);
    expect(() => partnersByWords(clean, ["When"], "file: prompts[3]")).toThrow(
      "file: prompts[3]: `clean` has 3 words, `corrupt` 1, so they cannot be aligned by words",
    );
  });

  it("the other way round", () => {
    const pair = { clean: [1, 2, 3], corrupt: [4, 5], answers: [6], wrongAnswers: [] };
    expect(reversed({ ...pair, alignment: [null, 0, 1] })).toEqual([1, 2]);
    expect(reversed({ ...pair, alignment: [1, 1, null] })).toEqual([null, 0]);
  });
});

describe("loadPrompts", () => {
  const ids = (clean: number[], corrupt: number[], more: object = {}) => ({
    ...{ clean, corrupt, answers: [1], wrong_answers: [2] },
    ...more,
  });
  const load = async (prompts: ReturnType<typeof ids>[], options: object = {}) => {
    const size = { train: prompts.length, test: 0 };
    return (await loadPrompts({ prompts }, { shuffle: false, padId: 0, size, ...options })).train;
  };

  it("leaves pairs of unequal length alone until their positions are asked for", async () => {
    using loader = await load([ids([1, 2], [3, 4]), ids([1, 2, 3], [4])]);
    for (const tokens of [loader.batches[0]!.clean, loader.batches[0]!.corrupt]) {
      expect(tokens.unequal).toBe("prompts given as an object: prompts[1]: `clean` has 3 tokens, `corrupt` 1");
    }
  });

  it("aligns them at the end", async () => {
    using loader = await load([ids([1, 2], [3, 4]), ids([1, 2, 3], [4])], { align: "end" });
    const batch = loader.batches[0]!;
    expect(batch.corrupt).toMatchObject({
      padding: [1, 2],
      counterpart: {
        partners: [
          [0, 1],
          [null, null, 0],
        ],
      },
    });
    expect(batch.clean.counterpart?.partners).toEqual([[0, 1], [2]]);
    using others = batch.corrupt.counterpart!.tokens();
    expect(others.padding).toEqual(batch.clean.padding);
    expect(await others.ids.toArray()).toEqual(await batch.clean.ids.toArray());
  });

  it("aligns text by words, the token that starts it being one", async () => {
    const tokenizer = {
      bosId: 9,
      encode: (text: string) => [...text.replaceAll(" ", "")].map((letter) => letter.charCodeAt(0) - 96),
      pieces: (text: string) => text.match(/ ?[a-z]/g) ?? [],
    };
    const prompt = { clean: "ab c", corrupt: "d ef", answers: [1], wrong_answers: [2] };
    const { train } = await loadPrompts(
      { prompts: [prompt, { ...prompt, corrupt: "de f" }] },
      { tokenizer, align: "words", shuffle: false, padId: 0, size: { train: 2, test: 0 } },
    );
    expect(train.prompts.map(({ alignment }) => alignment)).toEqual([[0, null, 1, 3], undefined]);
  });

  it("takes an alignment from the file, and refuses one that cannot be", async () => {
    using loader = await load([ids([1, 2], [3], { alignment: [0, null] })]);
    expect(loader.prompts[0]!.alignment).toEqual([0, null]);
    await expect(load([ids([1, 2], [3], { alignment: [0, 1] })])).rejects.toThrow(
      "prompts[0]: `alignment` must have, for each of the 2 tokens of `clean`, a position of `corrupt` (0 to 0) or null",
    );
    await expect(load([ids([1, 2], [3], { alignment: [0] })])).rejects.toThrow("for each of the 2 tokens");
    await expect(load([ids([1, 2], [3], { alignment: "end" })])).rejects.toThrow("a list of positions and nulls");
    await expect(load([ids([1, 2], [3])], { align: "words" })).rejects.toThrow("prompts[0]: given as token ids");
    await expect(load([ids([1, 2], [3])], { align: "start" })).rejects.toThrow("`align` must be one of end, words");
  });
});

it("a loader names a pair by its place where nothing else is known", () => {
  const pair = { clean: [1, 2], corrupt: [3, 4], answers: [5], wrongAnswers: [] };
  using loader = new PromptLoader([pair, pair, pair, { ...pair, corrupt: [3] }], { batchSize: 2, padId: 0 });
  expect(loader.batches[1]!.clean.unequal).toBe("Prompt 1 of batch 1: `clean` has 2 tokens, `corrupt` 1");
  expect(loader.batches[0]!.clean.unequal).toBeUndefined();
  expect(loader.unequal).toBe("Prompt 1 of batch 1: `clean` has 2 tokens, `corrupt` 1");
  using equal = new PromptLoader([pair, pair], { batchSize: 2 });
  expect(equal.unequal).toBeNull();
});
