import { AutocircuitError } from "@autocircuit/base";
import type { ForwardRequest } from "@autocircuit/native";
import { afterEach, describe, expect, it, vi } from "vitest";
import { maxDifference, randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { runCircuits } from "../runs/run-circuits.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { slicedPrompts } from "./batch-slices.ts";
import { inSmallerSlices } from "./in-smaller-slices.ts";

afterEach(() => void vi.restoreAllMocks());

const pairs = randomPairs(16, 6);

/** A model whose memory ends with more than `most` prompts at once; the arithmetic is the real one. */
function narrowModel(most: number) {
  const transformer = tinyTransformer();
  const forward = transformer.forward.bind(transformer);
  vi.spyOn(transformer, "forward").mockImplementation(async (request: ForwardRequest) => {
    if (request.tokens.shape[0]! <= most) return forward(request);
    throw new AutocircuitError("out-of-memory", "The memory ended.");
  });
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  return { model: new PatchableModel({ transformer }), said };
}

describe("where memory ends", () => {
  it("circuits run in smaller slices, which later batches keep, and give the same logits", async () => {
    const prompts = new PromptLoader(pairs, { batchSize: 8 });
    using plenty = new PatchableModel({ transformer: tinyTransformer() });
    const scores = new PruneScores(plenty.graph);
    scores.values.forEach((_, edge) => {
      scores.values[edge] = (edge * 7) % 31;
    });
    const { model, said } = narrowModel(3);
    const steps: number[] = [];
    const options = { scores, sizes: [0, 9], patch: "tree", ablation: "resample" } as const;
    using expected = await runCircuits(plenty, prompts, options);
    using found = await runCircuits(model, prompts, {
      ...options,
      onProgress: ({ done, total }) => steps.push(done / total),
    });
    for (const [i, { logits }] of expected.entries()) {
      for (const [batch, whole] of logits.entries()) {
        const ours = await values(found[i]!.logits[batch]!.clone());
        expect(maxDifference(ours, await values(whole.clone()))).toBeLessThan(1e-5);
      }
    }
    expect(steps.at(-1)).toBe(1);
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^autocircuit: memory ended with 8 prompts at once; going on with 4/),
      expect.stringMatching(/memory ended with 4 prompts at once; going on with 2/),
    ]);
    model.dispose();
  });

  it("means over prompts are made of smaller slices", async () => {
    const { model } = narrowModel(5);
    using plenty = new PatchableModel({ transformer: tinyTransformer() });
    const [batch] = new PromptLoader(pairs, { batchSize: 16 }).batches;
    using expected = await plenty.ablations(batch!.corrupt, "batch-tokenwise-mean");
    using found = await model.ablations(batch!.corrupt, "batch-tokenwise-mean");
    const [a, b] = [await values(found.sources.clone()), await values(expected.sources.clone())];
    expect(maxDifference(a, b)).toBeLessThan(1e-5);
    model.dispose();
  });

  it("gives up at one prompt, and at what cannot be cut; passes other errors on", async () => {
    const { model } = narrowModel(0);
    const [batch] = new PromptLoader(pairs, { batchSize: 4 }).batches;
    const sliced = slicedPrompts(batch!);
    const sizes: number[] = [];
    const work = async () => {
      sizes.push(model.sliceBytes);
      throw new AutocircuitError("out-of-memory", "ended");
    };
    await expect(inSmallerSlices(model, { ...sliced, canSlice: false }, work)).rejects.toThrow("ended");
    expect(sizes).toHaveLength(1);
    await expect(inSmallerSlices(model, sliced, work)).rejects.toMatchObject({ code: "out-of-memory" });
    expect(sizes.slice(2)).toEqual([2, 1].map((promptCount) => promptCount * 7 * 6 * 16 * 4));
    const other = vi.fn(() => Promise.reject(new Error("other")));
    await expect(inSmallerSlices(model, sliced, other)).rejects.toThrow("other");
    expect(other).toHaveBeenCalledOnce();
    model.dispose();
  });
});
