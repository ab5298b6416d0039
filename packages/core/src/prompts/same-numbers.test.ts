import type { Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { sharePrefix } from "../model/share-prefix.ts";
import { PromptLoader } from "./prompt-loader.ts";
import type { PromptPair } from "./prompt-pair.ts";

const rotary = { dim: 8, interleaved: false, frequencies: [[1, 0.1, 0.01, 0.001]] };
const kinds = { learned: {}, rotary: { positions: "rotary", rotary, kvHeads: 1 } } as const;
const edges = ["Resid Start->A0.0.V", "A0.1->A1.0.K", "MLP 0->A1.1.Q", "MLP 0->Resid End"];

/** Prompts that agree in 3 tokens: with their corrupt one, and, if asked, all of them. */
function pairsOf(shared: "all" | "each"): PromptPair[] {
  const pairs = randomPairs(6, 7, 3, 5);
  const start = shared === "all" ? [4, 1, 7] : undefined;
  return pairs.map(({ clean, corrupt, ...pair }) => ({
    ...pair,
    clean: [...(start ?? clean.slice(0, 3)), ...clean.slice(3)],
    corrupt: [...(start ?? corrupt.slice(0, 3)), ...corrupt.slice(3)],
  }));
}

/** Logits of every prompt, plain and with edges ablated, one array a prompt. */
async function logitsOf(model: PatchableModel, prompts: PromptLoader): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (const batch of prompts) {
    using ablation = await model.ablations(batch.corrupt, "resample");
    const plain = await values(await model.forward(batch.clean));
    const patched = await values(await model.forward(batch.clean, { ablate: edges, ablation }));
    const width = tinyConfig.dVocabOut;
    for (let row = 0; row < batch.size; row++) {
      const part = (all: Float32Array) => all.subarray(row * width, (row + 1) * width);
      rows.push(Float32Array.from([...part(plain), ...part(patched)]));
    }
  }
  return rows;
}

function expectSame(found: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(found.length).toBe(expected.length);
  for (const [prompt, row] of found.entries()) expect(maxDifference(row, expected[prompt]!)).toBeLessThan(1e-5);
}

describe.each(Object.entries(kinds))("%s positions: every prompt gives the same logits", (_, config) => {
  let transformer: Transformer;
  let model: PatchableModel;
  beforeAll(() => {
    transformer = tinyTransformer(config);
    model = new PatchableModel({ transformer });
  });
  afterAll(() => model.dispose());

  it.each(["all", "each"] as const)("with the prefix cached and without it (shared by %s)", async (shared) => {
    const pairs = pairsOf(shared);
    const expected = await logitsOf(model, new PromptLoader(pairs, { batchSize: 1 }));
    for (const batchSize of [1, 2, 3, 6]) {
      const prompts = new PromptLoader(pairs, { batchSize });
      using tail = await sharePrefix(model, prompts);
      expect([tail.kind, tail.length]).toEqual([shared === "all" ? "one" : "per-prompt", 3]);
      expectSame(await logitsOf(model, prompts), expected);
      expectSame(await logitsOf(tail.model, tail.prompts), expected);
    }
  });

  it("padded and unpadded", async () => {
    const pairs = pairsOf("each");
    const expected = await logitsOf(model, new PromptLoader(pairs, { batchSize: 1 }));
    for (const padId of [0, 19]) {
      const padded = new PromptLoader(pairs, { batchSize: 3, padId, seqLen: 11 });
      expect(padded.batches[0]!.padding("clean")).toEqual([4, 4, 4]);
      expectSame(await logitsOf(model, padded), expected);
    }
  });

  it("beside prompts of other lengths, alone and together", async () => {
    const pairs = pairsOf("each").map(({ clean, corrupt, ...pair }, index) => ({
      ...pair,
      clean: clean.slice(0, 4 + (index % 4)),
      corrupt: corrupt.slice(0, 4 + (index % 4)),
    }));
    const alone = pairs.map((pair) => new PromptLoader([pair], { batchSize: 1 }));
    const expected = (await Promise.all(alone.map((prompts) => logitsOf(model, prompts)))).flat();
    for (const batchSize of [1, 2, 6])
      expectSame(await logitsOf(model, new PromptLoader(pairs, { batchSize, padId: 3 })), expected);
  });
});
