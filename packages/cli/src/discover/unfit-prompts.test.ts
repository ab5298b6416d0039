import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tokenizer } from "@autocircuit/core";
import { findTokenizer, type TextTokenizer } from "@autocircuit/models";
import { afterAll, describe, expect, it } from "vitest";
import { type OwnPromptsOptions, readOwnPrompts } from "./own-prompts.ts";

const folder = mkdtempSync(join(tmpdir(), "unfit-prompts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const words = ["red", "blue", "green", "car", "bus", "van"];
const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
const model = { type: "WordLevel", vocab, unk_token: null };
writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ model, pre_tokenizer: { type: "Whitespace" } }));
// The model has no embedding for the last word.
const tokenizer = ((await findTokenizer(folder)) as TextTokenizer).within(5);
const wordless: Tokenizer = { encode: (text) => tokenizer.encode(text) };
const spaced: Tokenizer = { ...wordless, pieces: (text) => text.split(/(?= )/) };

const pair = (clean: string, corrupt = clean, answer = "car") => ({
  ...{ clean, corrupt, answers: [answer], wrong_answers: ["bus"] },
});
const fit = pair("red car", "blue car");
let written = 0;
const read = (prompts: readonly object[], options: Partial<OwnPromptsOptions> = {}) => {
  const file = join(folder, `${written++}.json`);
  writeFileSync(file, JSON.stringify({ prompts }));
  const how = { tokenizer, prependBos: true, seqLen: undefined, vocabulary: 5, outputVocabulary: 5 };
  return readOwnPrompts([file], { ...how, ...options });
};

describe("a pair that does not fit the model", () => {
  it.each<[string, object, string, Partial<OwnPromptsOptions>?]>([
    ["an empty prompt", pair("", "red"), "`clean` is empty"],
    ["no answers", { ...fit, answers: [] }, "`answers` is empty"],
    ["an answer of several tokens", pair("red car", "blue car", "red car"), "must be one token"],
    ["an answer that is a wrong answer too", pair("red car", "blue car", "bus"), "is one of `answers` and of"],
    ["a token that the model does not have", pair("red van"), "has no embedding"],
    ["text that the vocabulary cannot express", pair("red house"), "the vocabulary has no token"],
    [
      "clean and corrupt cannot be aligned by words",
      pair("red car", "car"),
      "aligned by words",
      { align: "words", tokenizer: spaced },
    ],
  ])("%s: --skip-unfit is offered, and leaves it out", async (reason, unfit, said, options) => {
    const refused = read([fit, unfit], options);
    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.toThrow(/\. --skip-unfit leaves out such prompts and counts them\.$/);
    const { pairs, note } = await read([fit, unfit], { ...options, skipUnfit: true });
    expect(pairs).toHaveLength(1);
    expect(note).toMatch(`left out 1 of 2 prompt pairs: 1: ${reason} (such as `);
  });

  it("ids that the model does not have, and another length where one is needed", async () => {
    const ids = { ...fit, clean: [0, 5], corrupt: [1, 3], answers: [3], wrong_answers: [4] };
    await expect(read([ids])).rejects.toThrow(/has token id 5; .* --skip-unfit leaves out/);
    const lengths = [fit, fit, pair("red blue car", "red green car")];
    await expect(read(lengths, { byToken: true })).rejects.toThrow(/needs one length: .* --skip-unfit leaves out/);
    const { note } = await read(lengths, { byToken: true, skipUnfit: true });
    expect(note).toContain("1: not 2 tokens, as most are");
  });
});

it("what is wrong with the file or the options is no pair's fault: it is not left out", async () => {
  for (const skipUnfit of [false, true]) {
    const refused = (prompts: readonly object[], options: Partial<OwnPromptsOptions>) =>
      read(prompts, { ...options, skipUnfit }).then(
        () => "read",
        (error: Error) => error.message,
      );
    const messages = [
      await refused([fit], { tokenizer: wordless, align: "words" }),
      await refused([fit], { tokenizer: null }),
      await refused([{ ...fit, answers: "car" }], {}),
    ];
    expect(messages).toEqual([
      expect.stringContaining("the tokenizer does not tell the text of tokens"),
      expect.stringContaining("the model comes without a tokenizer"),
      expect.stringContaining("`answers` should be a list of texts or numbers"),
    ]);
    expect(messages.join()).not.toContain("--skip-unfit");
  }
});
