import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fittingPrompts } from "./fitting-prompts.ts";
import { loadPrompts } from "./load-prompts.ts";
import type { RawPrompt } from "./raw-prompt.ts";
import { unfitReason } from "./unfit-prompt.ts";

const words = ["Then", "When", "and", "Mary", "John", "Tom"];
/** Words as they are; one that there is not is cut into two unknown tokens. */
const tokenizer = {
  encode: (text: string) =>
    text
      .trim()
      .split(" ")
      .flatMap((word) => (words.includes(word) ? [words.indexOf(word)] : [6, 6])),
};
const how = { tokenizer, vocabulary: 7, outputVocabulary: 7, padId: 0 };
const pair = (clean: string, corrupt: string, answer = " Mary") => ({
  ...{ clean, corrupt, answers: [answer], wrong_answers: [" John"] },
});
const fit = [pair("Then Mary", "Then John"), pair("When Tom and", "When Mary and"), pair("Then Tom", "Then Mary")];
const unfit = [
  pair("Then Mary", "Then John", " Alexander"),
  pair("Then Mary and", "Then John"),
  pair("Then Tom", "Then", " nobody"),
  pair("Then Tom", "Then Mary", " John"),
];

it("gives all prompts that fit, and says of the others why not", async () => {
  expect((await fittingPrompts({ prompts: fit }, how)).left).toEqual([]);
  const { source, left } = await fittingPrompts({ prompts: [unfit[0]!, ...fit, ...unfit.slice(1)] }, how);
  expect(left).toEqual([
    { reason: "an answer of several tokens", count: 2, where: expect.stringContaining("prompts[0]") },
    { reason: "clean and corrupt differ in length", count: 1, where: expect.stringContaining("prompts[4]") },
    { reason: "an answer that is a wrong answer too", count: 1, where: expect.stringContaining("prompts[6]") },
  ]);
  using all = await loadPrompts(source, { ...how, all: true });
  using expected = await loadPrompts({ prompts: fit }, { ...how, all: true });
  expect(all.prompts.map(({ clean }) => clean)).toEqual(expected.prompts.map(({ clean }) => clean));
});

it("leaves out empty prompts, of text, of ids and of tables", async () => {
  const empty = [pair("", "Then"), fit[0]!, pair("Then Mary", "")];
  const expected = { reason: "an empty prompt", count: 2, where: expect.stringContaining("prompts[0]") };
  const { source, left } = await fittingPrompts({ prompts: empty }, how);
  expect([source.prompts.length, left]).toEqual([1, [expected]]);
  const ids = { clean: [], corrupt: [1], answers: [1], wrong_answers: [2] };
  await expect(fittingPrompts({ prompts: [ids] }, how)).rejects.toThrow(/None of the 1 .* 1: an empty prompt/);
  const file = join(mkdtempSync(join(tmpdir(), "empty-")), "prompts.csv");
  writeFileSync(file, "clean,corrupted,correct_idx,incorrect_idx\n,Then Mary,3,4\nThen Mary,Then John,3,4\n");
  const table = await fittingPrompts(file, how);
  expect([table.source.prompts.length, table.left]).toEqual([1, [{ ...expected, count: 1 }]]);
  await expect(loadPrompts(file, how)).rejects.toThrow(/line 2: `clean` is empty/);
});

it("leaves out prompts without answers, at any position, of text and of tables", async () => {
  const none = [{ ...fit[0]!, answers: [] }, fit[0]!, { ...fit[0]!, answers: [[" Mary"], []] }];
  const expected = { reason: "no answers", count: 2, where: expect.stringContaining("prompts[0]") };
  const { source, left } = await fittingPrompts({ prompts: none }, how);
  expect([source.prompts.length, left]).toEqual([1, [expected]]);
  const read = none.map((prompt: RawPrompt, place) => ({ prompt, where: `prompts[${place}]` }));
  expect((await fittingPrompts({ ...source, prompts: read }, how)).left).toEqual([expected]);
  const file = join(mkdtempSync(join(tmpdir(), "empty-")), "prompts.csv");
  writeFileSync(file, "clean,corrupted,correct_idx,incorrect_idx\nThen Mary,Then John,[],4\nThen Mary,Then John,3,4\n");
  const table = await fittingPrompts(file, how);
  expect([table.source.prompts.length, table.left]).toEqual([1, [{ ...expected, count: 1 }]]);
  const refused = await loadPrompts(file, how).catch((error: unknown) => error);
  expect([unfitReason(refused), String(refused)]).toEqual([
    "no-answers",
    expect.stringContaining("`answers` is empty"),
  ]);
});

it("leaves out what has not the usual length, where that is asked for", async () => {
  const { source, left } = await fittingPrompts({ prompts: fit }, { ...how, oneLength: true });
  expect(left).toEqual([
    { reason: "not 2 tokens, as most are", count: 1, where: expect.stringContaining("prompts[1]") },
  ]);
  expect(source.prompts).toHaveLength(2);
});

describe("the note", () => {
  const noteOf = async (prompts: readonly RawPrompt[]) => (await fittingPrompts({ prompts }, how)).note!;
  const many = (count: number) => Array.from({ length: count }, () => fit[0]!);

  it("says so where more than half is left out, or fewer than 8 stay", async () => {
    const [few, most] = [/; only \d (is|are) left, too few/, /; that is more than half: see first .*prompts\[\d+\]/];
    const one = unfit[0]!;
    const notes = await Promise.all([
      noteOf([one, ...many(8)]),
      noteOf([one, ...many(7)]),
      noteOf([one, one, ...many(1)]),
      noteOf([...many(8), ...Array.from({ length: 9 }, () => one)]),
      noteOf([...many(8), ...Array.from({ length: 8 }, () => one)]),
    ]);
    expect(notes.map((note) => [few.test(note), most.test(note)])).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [false, true],
      [false, false],
    ]);
    expect(notes[1]).toContain("only 7 are left");
    const reasons = [unfit[1]!, one, one, one];
    expect(await noteOf([...reasons, fit[0]!])).toMatch(/see first what is wrong at [^;]*prompts\[1\]/);
  });

  it("says so where only the space before answers is missing", async () => {
    // As tokenizers of bytes have it: a word is one token with its space.
    const spaced = {
      encode: (text: string) => (text.startsWith(" ") ? tokenizer : { encode: () => [6, 6] }).encode(text),
    };
    const tight = (answer: string, wrong = "John") => ({
      ...{ clean: " Then Mary", corrupt: " Then John", answers: [answer], wrong_answers: [wrong] },
    });
    const fits = tight(" Mary", " John");
    const read = (prompts: readonly RawPrompt[]) => fittingPrompts({ prompts }, { ...how, tokenizer: spaced });
    const said =
      /; the space before answers seems to be missing: with it those of 2 would be one token, such as " Mary" for "Mary"/;
    expect((await read([tight("Mary"), tight(" Tom"), tight("nobody"), tight(" Mary", "nobody"), fits])).note).toMatch(
      said,
    );
    expect((await read([tight("nobody"), tight(" nobody", " John"), fits])).note).not.toContain("seems to be missing");
    await expect(read([tight("Mary"), tight("Tom")])).rejects.toThrow(said);
  });
});

it("says so where none fits, and throws what else is wrong", async () => {
  await expect(fittingPrompts({ prompts: unfit }, how)).rejects.toMatchObject({
    ...{
      code: "bad-input",
      message: expect.stringMatching(/^None of the 4 prompt pairs fits the model\. 2: an answer/),
    },
  });
  await expect(fittingPrompts({ prompts: [{ ...fit[0]!, clean: 3 as never }] }, how)).rejects.toThrow(/prompts\[0\]/);
});
