import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../test/run-program.ts";
import { wordModel } from "../../test/word-model.ts";

const folder = mkdtempSync(join(tmpdir(), "other-weights-"));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

const pairs = ["Mary", "John", "Tom", "Anna"].map((name, i, names) => ({
  ...{ clean: `Then ${name} said to`, corrupt: `Then ${names[(i + 1) % 4]} said to` },
  ...{ answers: [` ${name}`], wrong_answers: [` ${names[(i + 1) % 4]}`] },
}));
const prompts = ["--prompts", at("prompts.json")];
const circuit = at("circuit.json");
const scores = at("out", "scores.safetensors");

beforeAll(async () => {
  await wordModel(at("one", "words"));
  cpSync(at("one", "words"), at("two", "words"), { recursive: true });
  cpSync(at("one", "words"), at("copy", "words"), { recursive: true });
  const weights = at("two", "words", "model.safetensors");
  const bytes = readFileSync(weights);
  writeFileSync(weights, bytes.with(-1, bytes.at(-1)! ^ 1));
  writeFileSync(at("prompts.json"), JSON.stringify({ prompts: pairs }));
  const how = ["--algorithm", "edge-attribution", "--size", "6", "--curve", "none", "--out", at("out")];
  const found = await run(["discover", "--model", at("one", "words"), ...prompts, ...how, "--json", circuit]);
  expect([found.code, found.err]).toEqual([0, ""]);
});

describe("a circuit of another model of the same name", () => {
  const commands = (model: string): [string, string[]][] => [
    ["measure", ["measure", "--model", model, ...prompts, "--scores", scores, "--sizes", "6"]],
    ["patch", ["patch", "--model", model, ...prompts, "--edges", circuit]],
    ["patch of scores", ["patch", "--model", model, ...prompts, "--edges", scores, "--size", "6"]],
    ["test", ["test", circuit, "--model", model, ...prompts, "--tests", "equivalence"]],
  ];

  it.each(commands(at("two", "words")))("is said to be one by %s", async (_, args) => {
    expect((await run(args)).out).toMatch(/note: \S+ was found with another model of the name words: /);
  });

  it.each(commands(at("copy", "words")))("is none of a copy, by %s", async (_, args) => {
    const { code, out } = await run(args);
    expect([0, 3]).toContain(code);
    expect(out).not.toContain("was found with");
  });

  it("is read where the file does not tell its weights, as those of before do not", async () => {
    const { fingerprint, ...before } = JSON.parse(readFileSync(circuit, "utf8"));
    expect(fingerprint).toMatch(/^v2:[0-9a-f]{16}$/);
    writeFileSync(at("before.json"), JSON.stringify(before));
    const { code, out } = await run([
      "patch",
      ...["--model", at("two", "words"), ...prompts, "--edges", at("before.json")],
    ]);
    expect(code).toBe(0);
    expect(out).not.toContain("was found with");
  });
});
