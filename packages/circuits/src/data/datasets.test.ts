import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { tasks } from "../tasks/registry.ts";
import { formatPromptFile } from "./prompt-file.ts";

const DATASETS = fileURLToPath(new URL("../../../../datasets", import.meta.url));

describe("datasets/", () => {
  it("has a file per task and nothing else", () => {
    const files = readdirSync(DATASETS).filter((name) => name.endsWith(".json"));
    expect(files.toSorted()).toEqual(
      Object.keys(tasks)
        .map((name) => `${name}.json`)
        .toSorted(),
    );
  });

  it.each(Object.keys(tasks))("%s.json is what its command writes", (name) => {
    expect(readFileSync(`${DATASETS}/${name}.json`, "utf8")).toBe(formatPromptFile(tasks[name]!.prompts({ seed: 0 })));
  });
});
