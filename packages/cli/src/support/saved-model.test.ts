import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { smallGguf } from "../../test/run-program.ts";
import { otherModelNote, savedModel } from "./saved-model.ts";

const folder = mkdtempSync(join(tmpdir(), "saved-model-"));
afterAll(() => rmSync(folder, { recursive: true }));
const unknown = { fingerprint: null };

it("tells a folder from GGUF files in it, and these from each other", () => {
  const words = join(folder, "words");
  mkdirSync(words);
  const [model, small] = ["model.gguf", "words-Q4_1.gguf"].map((name) => join(words, name)) as [string, string];
  for (const file of [model, small]) copyFileSync(smallGguf, file);
  const named = [words, model, small].map((path) => savedModel(path, unknown));
  expect(named).toEqual([{ model: "words" }, { model: "words/model.gguf" }, { model: "words-Q4_1.gguf" }]);
  for (const [i, saved] of named.entries())
    for (const [j, path] of [words, model, small].entries())
      expect(otherModelNote("scores.safetensors", saved, path, unknown) === undefined).toBe(i === j);
  expect(otherModelNote("scores.safetensors", savedModel(model, unknown), words, unknown)).toContain(
    "scores.safetensors was found with words/model.gguf, and is run on words:",
  );
});

it("tells models of one name by their fingerprints, and knows one of two names", () => {
  const note = (found: object, named: string, fingerprint: string | null) =>
    otherModelNote("scores.safetensors", found, named, { fingerprint });
  const [one, two, copied] = ["one/words", "two/words", "two/copied"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [one, two, copied]) mkdirSync(path, { recursive: true });
  const saved = savedModel(one, { fingerprint: "1" });
  expect(saved).toEqual({ model: "words", fingerprint: "1" });
  expect(note(saved, two, "1")).toBeUndefined();
  expect(note(saved, two, "2")).toContain(
    `another model of the name words: its weights or its configuration differ from those of ${two}, `,
  );
  expect(note(saved, copied, "1")).toBeUndefined();
  expect(note(saved, copied, "2")).toContain("as their weights differ");
  // An earlier version made them otherwise, so that they are not compared.
  expect(note({ model: "words", fingerprint: "1" }, two, "v2:2")).toBeUndefined();
  expect(note({ model: "words", fingerprint: "1" }, copied, "v2:2")).toContain("where their weights differ");
  // What was saved before there were any, and models of which nobody knows it, go by their names.
  expect(note({ model: "words" }, two, "2")).toBeUndefined();
  expect(note(saved, two, null)).toBeUndefined();
});

it("says nothing of a task's own model, and of scores that say none", () => {
  expect(savedModel(undefined, unknown)).toEqual({});
  expect(otherModelNote("scores.safetensors", {}, folder, unknown)).toBeUndefined();
  expect(otherModelNote("scores.safetensors", { model: "gpt2" }, undefined, unknown)).toBeUndefined();
});
