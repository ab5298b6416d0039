import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { smallGguf } from "../../test/run-program.ts";
import { otherModelNote, savedModel } from "./saved-model.ts";

const folder = mkdtempSync(join(tmpdir(), "saved-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("tells a folder from GGUF files in it, and these from each other", () => {
  const words = join(folder, "words");
  mkdirSync(words);
  const [model, small] = ["model.gguf", "words-Q4_1.gguf"].map((name) => join(words, name)) as [string, string];
  for (const file of [model, small]) copyFileSync(smallGguf, file);
  const named = [words, model, small].map(savedModel);
  expect(named).toEqual([{ model: "words" }, { model: "words/model.gguf" }, { model: "words-Q4_1.gguf" }]);
  for (const [i, saved] of named.entries())
    for (const [j, path] of [words, model, small].entries())
      expect(otherModelNote("scores.safetensors", saved, path) === undefined).toBe(i === j);
  expect(otherModelNote("scores.safetensors", savedModel(model), words)).toContain(
    "scores.safetensors was found with words/model.gguf, and is run on words:",
  );
});

it("says nothing of a task's own model, and of scores that say none", () => {
  expect(savedModel(undefined)).toEqual({});
  expect(otherModelNote("scores.safetensors", {}, folder)).toBeUndefined();
  expect(otherModelNote("scores.safetensors", { model: "gpt2" }, undefined)).toBeUndefined();
});
