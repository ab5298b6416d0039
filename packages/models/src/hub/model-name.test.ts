import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { modelName } from "./model-name.ts";

const folder = mkdtempSync(join(tmpdir(), "model-name-"));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ["smollm2", "smollm2"],
  ["hub/models--HuggingFaceTB--SmolLM2-135M/snapshots/12fd25f", "HuggingFaceTB/SmolLM2-135M"],
  ["qwen2.5", "qwen2.5"],
])("the folder %s is called %s", (path, name) => {
  mkdirSync(join(folder, path), { recursive: true });
  expect(modelName(join(folder, path))).toBe(name);
});

it.each([
  ["smollm2/model.gguf", "smollm2"],
  ["smollm2/tiny-q4.gguf", "tiny-q4"],
])("the file %s is called %s", (path, name) => {
  mkdirSync(join(folder, "smollm2"), { recursive: true });
  writeFileSync(join(folder, path), "");
  expect(modelName(join(folder, path))).toBe(name);
});

it("a name on the hub is its own", () => {
  expect(modelName("openai-community/gpt2")).toBe("openai-community/gpt2");
});
