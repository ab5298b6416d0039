import type { Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PatchableModel } from "./patchable-model.ts";
import { sharePrefix } from "./share-prefix.ts";

let transformer: Transformer;
let model: PatchableModel;
beforeAll(() => {
  transformer = tinyTransformer();
  model = new PatchableModel({ transformer });
});
afterAll(() => model.dispose());

const own = new PromptLoader(randomPairs(6, 6, 3), {
  batchSize: 2,
  wordPositions: { word: 4 },
  tokenLabels: [..."abcdef"],
});
const common = new PromptLoader(
  own.prompts.map((pair) => ({
    ...pair,
    clean: [1, 2, 3, ...pair.clean.slice(3)],
    corrupt: [1, 2, 3, ...pair.corrupt.slice(3)],
  })),
  { batchSize: 2 },
);

describe("sharePrefix", () => {
  it.each([
    ["one", common],
    ["per-prompt", own],
  ] as const)("%s: gives what whole prompts give, for every batch", async (kind, prompts) => {
    using shared = await sharePrefix(model, prompts);
    expect([shared.kind, shared.length, shared.reason]).toEqual([kind, 3, null]);
    for (const [index, batch] of prompts.batches.entries()) {
      const tail = shared.prompts.batches[index]!;
      expect(tail.seqLen).toBe(3);
      for (const side of ["clean", "corrupt"] as const) {
        const whole = await values(await model.forward(batch.tokens(side)));
        const rest = await values(await shared.model.forward(tail.tokens(side)));
        expect(maxDifference(whole, rest)).toBeLessThan(1e-4);
      }
      const edges = ["A0.1->A1.0.K", "Resid Start->A0.0.V", "MLP 0->Resid End"];
      using whole = await model.ablations(batch.corrupt, "resample");
      using rest = await shared.model.ablations(tail.corrupt, "resample");
      const expected = await model.forward(batch.clean, { ablate: edges, ablation: whole });
      const logits = await shared.model.forward(tail.clean, { ablate: edges, ablation: rest });
      expect(maxDifference(await values(expected), await values(logits))).toBeLessThan(1e-4);
    }
  });

  it("keeps labels, words and the graph in step", async () => {
    const byToken = model.withGraph({ byToken: true, seqLen: 6 });
    using shared = await sharePrefix(byToken, own);
    expect(shared.model.graph.seqLen).toBe(3);
    expect(shared.prompts.tokenLabels).toEqual(["d", "e", "f"]);
    expect(shared.prompts.wordPositions).toEqual({ word: 4 });
    expect(shared.prompts.seqStart).toBe(3);
    using limited = await sharePrefix(byToken, own, { limit: 2 });
    expect(limited.length).toBe(2);
  });

  it("says when there is nothing to share", async () => {
    const reason = async (of: PatchableModel, prompts: PromptLoader) => {
      using shared = await sharePrefix(of, prompts);
      expect([shared.kind, shared.length]).toEqual(["none", 0]);
      expect(shared.prompts).toBe(prompts);
      expect(shared.model).toBe(of);
      return shared.reason;
    };
    const loader = (shared: number) => new PromptLoader(randomPairs(2, 4, shared), { batchSize: 1 });
    expect(await reason(model, loader(0))).toMatch(/differ at the first token/);
    expect(await reason(model.withGraph({ outputSlice: "none" }), loader(2))).toMatch(/output slice includes/);
    const uneven = [{ clean: [1, 2, 3], corrupt: [1, 2], answers: [0], wrongAnswers: [0] }];
    expect(await reason(model, new PromptLoader(uneven, { batchSize: 1, padId: 0 }))).toMatch(/different lengths/);
    expect(await reason(model, new PromptLoader([], { batchSize: 1 }))).toMatch(/no prompts/);
    using bidirectional = new PatchableModel({ transformer: tinyTransformer({ causal: false }) });
    expect(await reason(bidirectional, loader(2))).toMatch(/bidirectional/);
    using shared = await sharePrefix(model, own);
    using again = await sharePrefix(shared.model, shared.prompts);
    expect(again.reason).toMatch(/cut off already/);
    await expect(sharePrefix(model, own, { limit: -1 })).rejects.toThrow(/`limit`/);
    await expect(sharePrefix(model, own, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });
});
