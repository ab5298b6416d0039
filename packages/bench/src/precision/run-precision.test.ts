import { PromptLoader } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomModel } from "../engine/random-model.ts";
import { promptsWithPrefix } from "./command.ts";
import { precisionPaths } from "./paths.ts";
import { formatPrecision, runPrecision } from "./run-precision.ts";

const TINY = { layers: 2, heads: 2, dModel: 32, dMlp: 64, vocab: 53, promptCount: 3, seqLen: 6 };
const load = (dtype: "float32" | "float64" | "bfloat16" | "float16") => randomModel(TINY, 1, { dtype });

describe("half precision beside float32", () => {
  it.each(precisionPaths.map((path) => [path.name, path] as const))("%s", async (_, path) => {
    for (const result of await runPrecision({ load, prompts: promptsWithPrefix, paths: [path] })) {
      expect(result).toMatchObject({ path: path.name, nan: 0, passed: true });
      expect(result.count).toBeGreaterThan(0);
    }
  });

  it("says which path is off, and which gives NaN", async () => {
    const results = await runPrecision({
      load,
      prompts: (model) => new PromptLoader(promptsWithPrefix(model).prompts, { batchSize: 1 }),
      paths: [
        { name: "off", run: async (model) => [1, model.computeDtype === "float32" ? 0.5 : 0.9] },
        { name: "none", decides: true, run: async (model) => [model.computeDtype === "float16" ? Number.NaN : 1] },
      ],
    });
    expect(results.map(({ path, dtype, error, nan, passed }) => [path, dtype, error, nan, passed])).toEqual([
      ["off", "bfloat16", 0.4, 0, false],
      ["none", "bfloat16", null, 0, true],
      ["off", "float16", 0.4, 0, false],
      ["none", "float16", null, 1, false],
    ]);
    expect(formatPrecision(results)).toContain("6 numbers, 1 of them NaN; 1 paths within bounds, 3 not");
  });
});
