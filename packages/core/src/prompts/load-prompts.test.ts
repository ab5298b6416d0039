import { describe, expect, it } from "vitest";
import { loadPrompts } from "./load-prompts.ts";
import type { PromptFile } from "./raw-prompt.ts";

const letters = { encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 96), bosId: 0, padId: 30 };
const file = (count: number): PromptFile => ({
  prompts: Array.from({ length: count }, (_, index) => ({
    clean: [1, 2, index],
    corrupt: [1, 2, index + 50],
    answers: [index],
    wrong_answers: [index + 1],
  })),
});
const texts: PromptFile = {
  prompts: [
    { clean: "abc", corrupt: "abd", answers: ["e"], wrong_answers: ["f"] },
    { clean: "xbc", corrupt: "xyc", answers: ["e"], wrong_answers: ["f"] },
  ],
  seq_labels: ["first", "second", "third"],
  word_idxs: { word: 1 },
};
const thirds = (split: { prompts: { clean: readonly number[] }[] }) => split.prompts.map((prompt) => prompt.clean[2]);

describe("loadPrompts", () => {
  it("shuffles once by the seed: first the training prompts, then the test prompts", async () => {
    const { train, test } = await loadPrompts(file(12), { batchSize: 2, size: { train: 4, test: 6 }, seed: 42 });
    const python = [7, 5, 2, 8, 9, 6, 11, 3, 4, 0, 1, 10];
    expect(thirds(train)).toEqual(python.slice(0, 4));
    expect(thirds(test)).toEqual(python.slice(4, 10));
    expect(train.length).toBe(2);
    expect(test.length).toBe(3);
    const again = await loadPrompts(file(12), { batchSize: 2, size: { train: 4, test: 6 }, seed: 42 });
    expect(thirds(again.train)).toEqual(thirds(train));
    const other = await loadPrompts(file(12), { batchSize: 2, size: { train: 4, test: 6 }, seed: 43 });
    expect(thirds(other.train)).not.toEqual(thirds(train));
  });

  it("keeps the order if asked, and has sensible defaults", async () => {
    const { train, test } = await loadPrompts(file(5), { shuffle: false });
    expect(thirds(train)).toEqual([0, 1]);
    expect(thirds(test)).toEqual([2, 3]);
    expect(train.batchSize).toBe(2);
    const nothing = await loadPrompts(file(5), { size: { train: 5, test: 0 }, batchSize: 2 });
    expect(nothing.test.length).toBe(0);
    expect(nothing.train.dropped).toBe(1);
  });

  it("gives all prompts in the order of the files, none left out", async () => {
    using all = await loadPrompts([file(3), file(4)], { all: true });
    expect(thirds(all)).toEqual([0, 1, 2, 0, 1, 2, 3]);
    expect([all.promptCount, all.dropped, all.batchSize]).toEqual([7, 0, 7]);
    const divisors: number[] = [];
    for (const count of [1, 37, 40, 64]) divisors.push((await loadPrompts(file(count), { all: true })).batchSize);
    expect(divisors).toEqual([1, 1, 20, 32]);
    const labelled = await loadPrompts(texts, { tokenizer: letters, all: true, batchSize: 1 });
    expect([labelled.length, labelled.tokenLabels?.[0], labelled.wordPositions.word]).toEqual([2, "<|BOS|>", 2]);
  });

  it("refuses what belongs to a split beside `all`, and batches that leave prompts over", async () => {
    const all = (options: object) => loadPrompts(file(5), { all: true, ...options });
    await expect(all({ size: 2 })).rejects.toThrow(/order of the files; leave `size` out/);
    await expect(all({ shuffle: true })).rejects.toThrow(/leave `shuffle` out/);
    await expect(all({ seed: 1 })).rejects.toThrow(/leave `seed` out/);
    await expect(all({ batchSize: { train: 1, test: 1 } })).rejects.toThrow(
      /one loader: `batchSize` must be one number/,
    );
    await expect(all({ batchSize: 2 })).rejects.toThrow(/batches of 2 leave 1 of all 5 prompts over/);
    await expect(loadPrompts(file(5), { all: 1 as never })).rejects.toThrow(/`all` must be true or false/);
  });

  it("does not split a single prompt into nothing", async () => {
    await expect(loadPrompts(file(1))).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(/prompts\[0\] is the only one, too few.*`all: true`.*`size: \{ train, test \}`/),
    });
    const { train, test } = await loadPrompts(file(1), { size: { train: 1, test: 0 } });
    expect([train.promptCount, test.promptCount]).toEqual([1, 0]);
  });

  it("takes batch sizes for training and test apart", async () => {
    const { train, test } = await loadPrompts(file(12), { batchSize: { train: 2, test: 3 } });
    expect([train.length, test.length]).toEqual([3, 2]);
  });

  it("takes a model's `tokenizer` that is null for token ids, and says what text lacks", async () => {
    const { train } = await loadPrompts(file(4), { tokenizer: null });
    expect(train.promptCount).toBe(2);
    await expect(loadPrompts(texts, { tokenizer: null })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(
        /prompts\[\d\]: given as text, but the model comes without a tokenizer; .*or give token ids/,
      ),
    });
    const answers = { prompts: [{ clean: [1], corrupt: [2], answers: ["a"], wrong_answers: [3] }] };
    const all = { size: { train: 1, test: 0 } };
    await expect(loadPrompts(answers, { tokenizer: null, ...all })).rejects.toThrow(/without a tokenizer/);
  });

  it("moves labels and word positions by the BOS token", async () => {
    const { train } = await loadPrompts(texts, { tokenizer: letters, shuffle: false });
    expect(train.prompts[0]!.clean).toEqual([0, 1, 2, 3]);
    expect(train.tokenLabels).toEqual(["<|BOS|>", "first", "second", "third"]);
    expect(train.wordPositions).toEqual({ word: 2 });
    expect(train.seqLen).toBe(4);
    const plain = await loadPrompts(texts, { tokenizer: letters, shuffle: false, prependBos: false });
    expect(plain.train.tokenLabels).toEqual(texts.seq_labels);
    expect(plain.train.wordPositions).toEqual({ word: 1 });
  });

  it("knows the first difference over all prompts", async () => {
    const { train, test } = await loadPrompts(texts, { tokenizer: letters, shuffle: false });
    expect([train.firstDifference, test.firstDifference]).toEqual([2, 2]);
  });

  it("pads to the longest prompt of both parts", async () => {
    const uneven = { prompts: [texts.prompts[0]!, { ...texts.prompts[1]!, corrupt: "xyzzy" }] };
    const { train, test } = await loadPrompts(uneven, { tokenizer: letters, shuffle: false });
    expect([train.seqLen, test.seqLen]).toEqual([null, null]);
    expect(train.batches[0]!.seqLen).toBe(6);
    expect(train.batches[0]!.padding("clean")).toEqual([2]);
    expect(test.batches[0]!.padding("corrupt")).toBeNull();
    await expect(loadPrompts(uneven, { tokenizer: letters, shuffle: false, equalLength: true })).rejects.toThrow(
      /prompts\[0\]: `clean` has 4 tokens, the longest prompt 6; a circuit by token needs equal lengths/,
    );
    const ids = { prompts: [...file(1).prompts, { ...file(1).prompts[0]!, clean: [1] }] };
    await expect(loadPrompts(ids, { shuffle: false })).rejects.toThrow(/prompts\[1\]: `clean` has 1 tokens.*`padId`/);
    expect((await loadPrompts(ids, { shuffle: false, padId: 0 })).test.seqLen).toBeNull();
  });

  it("takes batches by their number, of a size that leaves few prompts over", async () => {
    const batchCount = { train: 2, test: 1 };
    const { train, test } = await loadPrompts(file(10), { batchCount });
    expect([train.length, train.batchSize, test.length, test.batchSize]).toEqual([2, 3, 1, 3]);
    const same = await loadPrompts(file(10), { batchSize: 3, size: { train: 6, test: 3 } });
    expect(train.prompts).toEqual(same.train.prompts);
    expect(test.prompts).toEqual(same.test.prompts);
    const two = await loadPrompts(file(10), { batchCount, batchSize: { train: 2, test: 5 } });
    expect([two.train.promptCount, two.test.promptCount]).toEqual([4, 5]);
    await expect(loadPrompts(file(10), { batchCount, size: 4 })).rejects.toThrow(/either `size` or `batchCount`/);
    await expect(loadPrompts(file(10), { batchCount: 6 })).rejects.toThrow(/6 \+ 6 batches need 12 prompt pairs/);
    await expect(loadPrompts(file(10), { all: true, batchCount: 1 } as never)).rejects.toThrow(
      /leave `batchCount` out/,
    );
  });

  it("says what cannot be", async () => {
    await expect(loadPrompts(file(4), { size: { train: 3, test: 2 } })).rejects.toThrow(
      /3 to train and 2 to test.*only 4/,
    );
    await expect(loadPrompts(file(4), { size: { train: -1, test: 2 } })).rejects.toThrow(
      /`size` must be a whole number/,
    );
    await expect(loadPrompts(file(4), { batchSize: 3 })).rejects.toThrow(/2 prompts do not fill one batch of 3/);
    await expect(loadPrompts(file(4), { batchSize: 0 })).rejects.toThrow(
      /`batchSize` must be a whole number of at least 1/,
    );
    await expect(loadPrompts(file(4), { vocabulary: 51 })).rejects.toThrow(/prompts\[\d\]: `corrupt` has token id 5/);
    await expect(loadPrompts({ ...file(4), seq_labels: ["a"] })).rejects.toThrow(/1 labels.*prompts of 3 tokens/);
    await expect(loadPrompts(file(4), { seed: -1 })).rejects.toThrow(/`seed` must be a whole number/);
  });
});
