import { afterAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { type AblationType, ablationTypes } from "../ablations/ablation-type.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { sharePrefix } from "../model/share-prefix.ts";
import { partnersFromEnd } from "../prompts/pair-alignment.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { runCircuits } from "../runs/run-circuits.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { ablatedSlices } from "./ablated-slices.ts";
import { batchSlices } from "./batch-slices.ts";
import { promptsAtOnce } from "./bytes.ts";

const model = new PatchableModel({ transformer: tinyTransformer() });
afterAll(() => model.dispose());
// 7 sources of 16 numbers: three prompts of 6 tokens.
const small = model.withGraph({ sliceBytes: 3 * 7 * 6 * 16 * 4 });
const even = new PromptLoader(randomPairs(8, 6), { batchSize: 8 });
/** Prompts without their first tokens. */
const cut = (clean: (i: number) => number, corrupt: (i: number) => number) =>
  randomPairs(8, 6).map((pair, i) => ({
    ...pair,
    clean: pair.clean.slice(clean(i)),
    corrupt: pair.corrupt.slice(corrupt(i)),
  }));
const padded = new PromptLoader(
  cut(
    (i) => i % 3,
    (i) => i % 3,
  ),
  { batchSize: 8, padId: 0 },
);
const unequal = cut(
  (i) => i % 3,
  (i) => i % 2,
).map((pair) => ({ ...pair, alignment: partnersFromEnd(pair.clean.length, pair.corrupt.length) }));
const aligned = new PromptLoader(unequal, { batchSize: 8, padId: 0 });

describe("batchSlices", () => {
  it("gives the batch itself where it fits, else equal parts", () => {
    const [batch] = even.batches;
    expect(batchSlices(model, batch!)).toEqual([batch]);
    expect(promptsAtOnce(small, 6)).toBe(3);
    expect(promptsAtOnce(small, 600)).toBe(1);
    const slices = batchSlices(small, batch!);
    expect(slices.map(({ size, index }) => [size, index])).toEqual([
      [3, 0],
      [3, 0],
      [2, 0],
    ]);
    expect(slices.flatMap(({ prompts }) => prompts)).toEqual(batch!.prompts);
  });

  it("keeps padding, and cuts a common prefix with the batch but no prompt's own", async () => {
    const slices = batchSlices(small, padded.batches[0]!);
    expect(slices.flatMap((slice) => slice.padding("clean") ?? [0, 0, 0])).toEqual(padded.batches[0]!.padding("clean"));
    const start = (pairs: ReturnType<typeof randomPairs>, head: number[]) =>
      pairs.map((pair) => ({ ...pair, clean: [...head, ...pair.clean], corrupt: [...head, ...pair.corrupt] }));
    const one = new PromptLoader(start(randomPairs(8, 6), [1, 2]), { batchSize: 8 });
    using shared = await sharePrefix(small, one, { limit: 2 });
    expect(shared.kind).toBe("one");
    expect(batchSlices(small, shared.prompts.batches[0]!).length).toBe(3);
    const each = new PromptLoader(randomPairs(8, 8, 2), { batchSize: 8 });
    using own = await sharePrefix(small, each, { limit: 2 });
    expect(own.kind).toBe("per-prompt");
    expect(batchSlices(small, own.prompts.batches[0]!)).toEqual([own.prompts.batches[0]]);
  });
});

describe.each([
  ["of one length", even],
  ["padded", padded],
  ["aligned at the end", aligned],
] as const)("slices of prompts %s change nothing", (_, prompts) => {
  it.each(ablationTypes)("in the ablation %s", async (type) => {
    const [batch] = prompts.batches;
    const dataSet = type.startsWith("tokenwise");
    using whole = await model.ablations(dataSet ? prompts : batch!.corrupt, type);
    using again = await small.ablations(dataSet ? prompts : batch!.corrupt, type);
    expect(again.sources.shape).toEqual(whole.sources.shape);
    const expected = await values(whole.sources.clone());
    expect(maxDifference(await values(again.sources.clone()), expected)).toBeLessThan(1e-6);
    if (type !== "resample") return;
    for await (const { slice, start, ablation } of ablatedSlices(small, batch!, { type })) {
      const rows = await values(whole.sources.slice(1, start, start + slice.size).contiguous());
      expect(ablation.sources.shape[1]).toBe(slice.size);
      // Padding holds whatever the pad token gives; nothing reads it.
      if (prompts === even) expect(maxDifference(await values(ablation.sources.clone()), rows)).toBeLessThan(1e-6);
    }
  });

  it.each<[AblationType, "tree" | "edge"]>([
    ["resample", "tree"],
    ["resample", "edge"],
    ["batch-tokenwise-mean", "tree"],
    ["tokenwise-mean-clean", "edge"],
    ["zero", "tree"],
  ])("in circuit runs: %s, %s", async (ablation, patch) => {
    const scores = new PruneScores(model.graph);
    scores.values.forEach((_, edge) => {
      scores.values[edge] = (edge * 7) % 31;
    });
    const options = { scores, sizes: [0, 5, 40], patch, ablation };
    using whole = await runCircuits(model, prompts, options);
    const steps: number[] = [];
    using parts = await runCircuits(small, prompts, {
      ...options,
      onProgress: ({ done, total }) => steps.push(done / total),
    });
    expect(steps.length).toBe(parts.length * 3);
    expect(steps.at(-1)).toBe(1);
    for (const [index, { logits, size }] of whole.entries()) {
      expect(parts[index]!.size).toBe(size);
      expect(parts[index]!.logits[0]!.shape).toEqual(logits[0]!.shape);
      const expected = await values(logits[0]!.clone());
      expect(maxDifference(await values(parts[index]!.logits[0]!.clone()), expected)).toBeLessThan(1e-5);
    }
  });
});
