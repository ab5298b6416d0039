import { AutocircuitError } from "@autocircuit/base";
import { type PatchableModel, Tokens } from "@autocircuit/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { KeptAnswers } from "./kept-answers.ts";

afterEach(() => void vi.restoreAllMocks());

/** Ends the memory for passes of more prompts than `most`; the engine runs the others, whose numbers of prompts are noted. */
function endMemory(model: PatchableModel): { most: number; sizes: number[] } {
  const memory = { most: Number.POSITIVE_INFINITY, sizes: [] as number[] };
  const forward = model.forward.bind(model);
  vi.spyOn(model, "forward").mockImplementation(async (tokens, options) => {
    const { size } = Tokens.of(tokens);
    if (size > memory.most) throw new AutocircuitError("out-of-memory", "The memory ended.");
    memory.sizes.push(size);
    return forward(tokens, options);
  });
  return memory;
}

describe("KeptAnswers", () => {
  it.each(["resample", "batch-tokenwise-mean", "tokenwise-mean-corrupt"] as const)(
    "where memory ends runs fewer circuits together, then fewer prompts, and counts the same: %s",
    async (ablation) => {
      vi.spyOn(process.stderr, "write").mockReturnValue(true);
      const { model, prompts } = await withModelAnswers(randomTask({ seed: 5, promptCount: 12, batchSize: 6 }));
      using _ = model;
      const { edgeCount } = model.graph;
      const masks = Float32Array.from({ length: 5 * edgeCount }, (_, i) => Number(i % 13 < i / edgeCount));
      const memory = endMemory(model);
      using usual = await KeptAnswers.start(model, prompts, ablation);
      const counts = await usual.count(masks, 5);
      expect(new Set(counts).size).toBeGreaterThan(1);
      expect(Math.max(...memory.sizes)).toBe(5 * 6);
      for (const [most, largest] of [
        [13, 12],
        [2, 1],
      ] as const) {
        memory.most = most;
        memory.sizes = [];
        expect(await usual.count(masks, 5)).toEqual(counts);
        expect(Math.max(...memory.sizes)).toBe(largest);
      }
      using anew = await KeptAnswers.start(model, prompts, ablation);
      expect([anew.answers, anew.outputs]).toEqual([usual.answers, usual.outputs]);
      expect(await anew.count(masks, 5)).toEqual(counts);
    },
  );
});
