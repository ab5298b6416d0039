import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPrompts } from "./prompt-file.ts";

const prompt = { clean: [1, 2], corrupt: [1, 3], answers: [4], wrong_answers: [5] };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autocircuit-"));
  path = join(folder, "prompts.json");
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (content: unknown) => {
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return readPrompts(path);
};

describe("readPrompts", () => {
  it("reads a file, by path, URL or content", async () => {
    const file = { prompts: [prompt], seq_labels: ["a", "b"], word_idxs: { a: 0 }, task: "letters" };
    const source = await read(file);
    expect(source).toEqual({
      prompts: [{ prompt, where: `${path}: prompts[0]` }],
      tokenLabels: ["a", "b"],
      wordPositions: { a: 0 },
      title: "letters",
    });
    expect((await readPrompts(pathToFileURL(path))).prompts[0]!.prompt).toEqual(prompt);
    expect((await readPrompts(file)).prompts[0]!.where).toBe("prompts given as an object: prompts[0]");
  });

  it("joins the prompts of several files and keeps the labels of the first", async () => {
    await writeFile(path, JSON.stringify({ prompts: [prompt], seq_labels: ["a", "b"] }));
    const other = { prompts: [{ ...prompt, clean: [7, 8] }], seq_labels: ["x", "y"] };
    const source = await readPrompts([path, other]);
    expect(source.prompts.map((item) => item.prompt.clean)).toEqual([
      [1, 2],
      [7, 8],
    ]);
    expect(source.tokenLabels).toEqual(["a", "b"]);
  });

  it.each<[string, unknown, RegExp]>([
    ["malformed JSON", '{"prompts": [', /is not JSON/],
    ["no object", [], /not a data set/],
    ["no prompts", {}, /not a data set/],
    ["empty", { prompts: [] }, /`prompts` is empty/],
    ["no list of labels", { prompts: [prompt], seq_labels: [1] }, /seq_labels/],
    ["no word positions", { prompts: [prompt], word_idxs: { a: 0.5 } }, /word_idxs/],
    ["prompt no object", { prompts: [prompt, 3] }, /prompts\[1\]: not an object/],
    ["field missing", { prompts: [prompt, { ...prompt, corrupt: undefined }] }, /prompts\[1\]: `corrupt` is missing/],
    ["wrong answers missing", { prompts: [{ ...prompt, wrong_answers: undefined }] }, /`wrong_answers` is missing/],
    ["prompt empty", { prompts: [{ ...prompt, clean: "" }] }, /prompts\[0\]: `clean` is empty/],
    ["prompt of another type", { prompts: [{ ...prompt, clean: [["a"]] }] }, /`clean` should be a text or a list/],
    ["answers of another type", { prompts: [{ ...prompt, answers: 3 }] }, /`answers` should be a list/],
    ["answers mixed", { prompts: [{ ...prompt, answers: [1, "a"] }] }, /`answers` should be a list/],
    ["no answers", { prompts: [{ ...prompt, answers: [] }] }, /prompts\[0\]: `answers` is empty/],
    ["no answers at a position", { prompts: [{ ...prompt, answers: [[1], []] }] }, /`answers` is empty/],
  ])("says file, prompt and reason: %s", async (_title, content, message) => {
    const error = await read(content).catch((reason) => reason);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.code).toBe("bad-file");
  });

  it("misses files and lists", async () => {
    await expect(readPrompts(join(folder, "none.json"))).rejects.toMatchObject({ code: "not-found" });
    await expect(readPrompts([])).rejects.toThrow(/list of files is empty/);
    await expect(readPrompts(folder)).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("files of other tools", () => {
  const write = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it("are told by their ending, and joined with AutoCircuit's", async () => {
    const csv = await write("eap.CSV", "clean,corrupted,correct_idx,incorrect_idx\nAl said,Bo said,7,8\n");
    const jsonl = await write("pruning.jsonl", '{"prefix": "Ann said", "corr_prefix": "Tom said", "pronoun": "she"}\n');
    const json = await write("own.json", JSON.stringify({ prompts: [prompt] }));
    const { prompts } = await readPrompts([csv, jsonl, json]);
    expect(prompts.map(({ where }) => where)).toEqual([csv, jsonl, json].map((file) => `${file}: prompts[0]`));
    expect(prompts[0]!.prompt).toEqual({ clean: "Al said", corrupt: "Bo said", answers: [7], wrong_answers: [8] });
    expect(prompts[1]!.prompt).toMatchObject({ clean: "Ann said", answers: [" she"], wrong_answers: [" he"] });
  });

  it.each([
    ["empty.csv", "", /empty\.csv: the file is empty/],
    ["broken.csv", "clean,corrupted,label\na,b,x\n", /broken\.csv: line 2: `label`/],
    ["broken.jsonl", "[1]", /broken\.jsonl: line 1: not a JSON object/],
    ["pointer.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", /holds no prompts.*Git LFS/],
    ["header.csv", "clean,corrupted,label\n", /header\.csv: `prompts` is empty/],
  ])("%s is refused", async (name, content, message) => {
    await expect(readPrompts(await write(name, content))).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(message),
    });
  });
});
