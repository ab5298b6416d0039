import { type PatchableModel, PromptLoader, type PromptPair, sharePrefix } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { acdc } from "./acdc/acdc.ts";
import { edgeAttribution } from "./edge-attribution.ts";

const { model, prompts } = randomTask({ seed: 6, promptCount: 4 });
/** Clean and corrupt prompts agree in three tokens; `all`: all prompts do. */
const pairs = (shared: "all" | "each"): PromptPair[] =>
  prompts.prompts.map((pair) => {
    const head = (shared === "all" ? prompts.prompts[0]! : pair).clean.slice(0, 3);
    return { ...pair, clean: [...head, ...pair.clean.slice(3)], corrupt: [...head, ...pair.corrupt.slice(3)] };
  });
const taus = [1e-3, 1e-2, 0.1];

/** Edge attribution as a mean over prompts, so that batches of any size give the same. */
async function attribution(of: PatchableModel, loader: PromptLoader): Promise<number[]> {
  const { values } = await edgeAttribution(of, loader, { gradFunction: "logprob" });
  return Array.from(values, (value) => value / loader.length);
}

async function acdcScores(of: PatchableModel, loader: PromptLoader): Promise<number[]> {
  return [...(await acdc(of, loader, { taus })).values];
}

function expectSame(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expect(new Set(expected).size).toBeGreaterThan(2);
  found.forEach((value, edge) => {
    if (value !== expected[edge]) expect(Math.abs(value - expected[edge]!)).toBeLessThan(1e-5);
  });
}

describe.each(["all", "each"] as const)("prompts whose prefix is shared by %s give the same scores", (shared) => {
  it("edge attribution: prefix cached or not, padded or not, one by one or together", async () => {
    const expected = await attribution(model, new PromptLoader(pairs(shared), { batchSize: 4 }));
    for (const batchSize of [1, 2, 4]) {
      const loader = new PromptLoader(pairs(shared), { batchSize });
      expectSame(await attribution(model, loader), expected);
      using tail = await sharePrefix(model, loader);
      expect([tail.kind, tail.length]).toEqual([shared === "all" ? "one" : "per-prompt", 3]);
      expectSame(await attribution(tail.model, tail.prompts), expected);
      // Shorter prompts, which the model's context leaves room to pad.
      const short = pairs(shared).map((pair) => ({
        ...pair,
        clean: pair.clean.slice(1),
        corrupt: pair.corrupt.slice(1),
      }));
      const plain = await attribution(model, new PromptLoader(short, { batchSize: 4 }));
      expectSame(await attribution(model, new PromptLoader(short, { batchSize, padId: 2, seqLen: 6 })), plain);
    }
  });

  it("ACDC: prefix cached or not, padded or not, alone or repeated", async () => {
    const loader = new PromptLoader(pairs(shared), { batchSize: 4 });
    const expected = await acdcScores(model, loader);
    using tail = await sharePrefix(model, loader);
    expectSame(await acdcScores(tail.model, tail.prompts), expected);
    const short = pairs(shared).map((pair) => ({
      ...pair,
      clean: pair.clean.slice(1),
      corrupt: pair.corrupt.slice(1),
    }));
    const plain = await acdcScores(model, new PromptLoader(short, { batchSize: 4 }));
    expectSame(await acdcScores(model, new PromptLoader(short, { batchSize: 4, padId: 2, seqLen: 6 })), plain);
    const [one] = pairs(shared);
    const alone = await acdcScores(model, new PromptLoader([one!], { batchSize: 1 }));
    expectSame(await acdcScores(model, new PromptLoader([one!, one!, one!], { batchSize: 3 })), alone);
  });
});
