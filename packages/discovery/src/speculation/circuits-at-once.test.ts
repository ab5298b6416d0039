import { bytesPerPrompt } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { circuitsAtOnce } from "./circuits-at-once.ts";

describe("how many circuits run at once on the CPU", () => {
  it("is a fixed few, and fewer where a model is told to run less at once", async () => {
    const { model, prompts } = randomTask({ seed: 3, promptCount: 6, batchSize: 6 });
    using _model = model;
    const batch = prompts.batches[0]!;
    const one = bytesPerPrompt(model, batch.seqLen);
    expect(await circuitsAtOnce(model, batch)).toBe(8);
    const at = (promptCount: number) => circuitsAtOnce(model.withGraph({ sliceBytes: promptCount * one }), batch);
    expect(await Promise.all([0.5, 1, 5, 6, 12, 18, 1000].map(at))).toEqual([1, 2, 2, 2, 4, 6, 8]);
  });
});
