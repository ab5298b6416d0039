import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promptsInTokens } from "@autocircuit/core";
import { gpt2Tokenizer } from "@autocircuit/models";
import { afterAll, describe, expect, it } from "vitest";
import { run, smallGpt2 } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "data-set-"));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, "out");

describe("datasets NAME", () => {
  it("is made for a model's vocabulary, and says with what command", async () => {
    const model = await wordModel(join(folder, "words"));
    const args = ["datasets", "ioi", "--seed", "0", "--tokenizer", model, "--count", "30", "--out", out];
    const done = await run(args);
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(done.out).toContain("ioi.json: 30 prompt pairs for the vocabulary of words, each of 14 tokens");
    const { prompts, command } = JSON.parse(readFileSync(join(out, "ioi.json"), "utf8"));
    expect(command).toBe(`autocircuit ${args.join(" ")}`);
    expect(prompts).toHaveLength(30);
    const names = prompts.flatMap(({ answers, wrong_answers }: { answers: string[]; wrong_answers: string[] }) => [
      ...answers,
      ...wrong_answers,
    ]);
    // The others are several tokens there.
    expect(new Set(names)).toEqual(new Set([" Mary", " John", " Tom", " Anna", " Paul", " James", " Sarah"]));
  });

  it("says as many tokens as discover does: the one that starts a text is one where there is one", async () => {
    const { out: said } = await run(["datasets", "ioi", "--count", "30", "--out", out]);
    expect(said).toContain("for the vocabulary of GPT-2, each of 15 tokens, the one that starts a text included");
    const { shortest, longest } = await promptsInTokens(join(out, "ioi.json"), { tokenizer: gpt2Tokenizer() });
    expect([shortest, longest]).toEqual([15, 15]);
  });

  it("says what a vocabulary lacks", async () => {
    const model = await wordModel(join(folder, "nameless"), { names: ["Mary", "John"] });
    const { code, err } = await run(["datasets", "ioi", "--tokenizer", model, "--out", out]);
    expect(code).toBe(2);
    expect(err).toMatch(/needs 5 names of one token, and only 2 of its 147 .*prompts of your own/);
  });

  it.each([
    [["sort"], /There is no data set "sort".*ioi/s],
    [["--tokenizer", smallGpt2], /--tokenizer is for one data set: name it\. There are ioi, .*capital-cities/],
    [["--count", "9"], /--count is for one data set/],
    [["ioi", "--tokenizer", smallGpt2], /has no tokenizer/],
    [
      ["ioi", "--tokenizer", join(smallGpt2, "config.json")],
      /config\.json: is a file, and a model is a folder or a GGUF file\. Give the folder that it lies in: .*\w\.$/m,
    ],
    [["ioi", "--out", join(folder, "x.json")], /--out .*x\.json: it is a folder, in which each data set is a file/],
    [["--out", join(folder, "x.JSON")], /--out .*x\.JSON: it is a folder/],
    [["ioi", "--count", "9000000"], /--count 9000000 .* at most 100,000/],
  ])("%j is refused", async (args, message) => {
    const { code, err } = await run(["datasets", "--out", out, ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
