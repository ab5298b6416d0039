import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ggufOfFolder } from "../../models/test/gguf-of-folder.ts";
import { run, smallGguf } from "../test/run-program.ts";
import { wordModel } from "../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "gguf-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Buffer | object) => {
  writeFileSync(at(name), typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return at(name);
};
const read = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

/** Texts of one length: no two of these letters are one token. */
const prompts = {
  prompts: ["c e g", "e g c", "g c e", "c g e"].map((clean) => ({
    clean,
    corrupt: [...clean].reverse().join(""),
    answers: ["h"],
    wrong_answers: ["f"],
  })),
};

describe("commands on a GGUF file", () => {
  it("model: says what it is", async () => {
    const { code, out } = await run(["model", smallGguf]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^llama \(Tiny Llama of byte pairs\), GGUF, Q4_0, Q8_0, /)]);
    expect(out).toContain("1 layer, 2 heads of 16 (1 for keys and values), width 32");
  });

  it("generate: goes on with a text", async () => {
    const args = ["--prompt", "ab cd", "--max-tokens", "3", "--json", at("text.json")];
    expect(await run(["generate", "--model", smallGguf, ...args])).toMatchObject({ code: 0, err: "" });
    expect(read("text.json")).toMatchObject({ promptTokens: expect.arrayContaining([0]) });
  });

  it("discover, patch: find edges and take them away", async () => {
    const where = ["--model", smallGguf, "--prompts", write("prompts.json", prompts)];
    const options = ["--size", "3", "--out", at("report"), "--json", at("found.json")];
    expect(await run(["discover", ...where, ...options])).toMatchObject({ code: 0, err: "" });
    const edges = (read("found.json").circuit as { edge: string }[]).map(({ edge }) => edge);
    expect(edges).toHaveLength(3);
    const tokens = { prompts: [{ clean: [0, 1, 2], corrupt: [0, 2, 1], answers: [3], wrong_answers: [4] }] };
    const list = ["--prompts", write("tokens.json", tokens), "--edges", write("edges.json", edges)];
    expect(await run(["patch", "--model", smallGguf, ...list, "--json", at("logits.json")])).toMatchObject({ code: 0 });
    expect(read("logits.json").logits[0][0]).toHaveLength(17);
  });

  it("a task of text: one without a tokenizer is read with the tokenizer.json beside it, as the advice says", async () => {
    const model = join(await wordModel(at("words")), "words.gguf");
    writeFileSync(model, await ggufOfFolder(at("words")));
    renameSync(at("words/tokenizer.json"), at("tokenizer.json"));
    const args = ["discover", "ioi-component", "--model", model, "--size", "5", "--curve", "none", "--out", at("ioi")];
    const without = await run(args);
    expect([without.code, without.err]).toEqual([2, expect.stringContaining("Put the model's tokenizer.json beside")]);
    renameSync(at("tokenizer.json"), at("words/tokenizer.json"));
    expect((await run(args)).code).toBe(0);
  });

  it.each([
    [
      "cut off",
      () => write("cut.gguf", readFileSync(smallGguf).subarray(0, 5000)),
      /cut\.gguf: ends \d+ bytes before tensor "/,
    ],
    ["not there", () => at("none.gguf"), /none\.gguf: does not exist\. Check the path/],
    ["something else", () => write("other.gguf", "a text"), /other\.gguf: is not a GGUF file/],
  ])("one that is %s is refused in a sentence, by every command", async (_name, path, message) => {
    const model = path();
    for (const args of [
      ["model", model],
      ["generate", "--model", model, "--prompt", "a"],
      ["discover", "--model", model, "--prompts", write("prompts.json", prompts), "--out", at("never")],
      ["circuits", "--model", model, "ioi-edges"],
    ]) {
      const { code, err } = await run(args);
      expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});
