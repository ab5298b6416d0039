import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatPromptFile } from "../prompts/prompt-file.ts";
import { dataSets } from "./registry.ts";

const DATASETS = fileURLToPath(new URL("../../../../datasets", import.meta.url));
const files = [...dataSets({ seed: 0 })].map((file) => ({ ...file, path: `${file.task}.json` }));

describe("datasets/", () => {
  it("has these files and no others", () => {
    const found = readdirSync(DATASETS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    expect(found.toSorted()).toEqual(files.map(({ path }) => path).toSorted());
  });

  it.each(files)("$path is what its command writes, and below 1 MB", ({ path, ...file }) => {
    expect(readFileSync(`${DATASETS}/${path}`, "utf8")).toBe(formatPromptFile(file));
    expect(statSync(`${DATASETS}/${path}`).size).toBeLessThan(1e6);
  });
});
