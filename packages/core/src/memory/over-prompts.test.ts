import { AutocircuitError } from "@autocircuit/base";
import { Ablation, Tensor } from "@autocircuit/native";
import { afterEach, describe, expect, it, vi } from "vitest";
import { randomPairs, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { overPrompts } from "./over-prompts.ts";

afterEach(() => void vi.restoreAllMocks());

const prompts = new PromptLoader(randomPairs(12, 6), { batchSize: 6 });

function modelOf(most?: number): PatchableModel {
  const transformer = tinyTransformer();
  const model = new PatchableModel({ transformer });
  if (most === undefined) return model;
  const perPrompt = model.graph.sources.length * 6 * model.config.dModel * 4;
  return new PatchableModel({ transformer, sliceBytes: most * perPrompt });
}

describe("overPrompts", () => {
  it("goes through batches and slices in order, with places, and tells progress over passes and rounds", async () => {
    using model = modelOf(2);
    const seen: string[] = [];
    const progress: [number, number][] = [];
    const asked = {
      passes: 2,
      rounds: 2,
      onProgress: (now: { done: number; total: number }) => void progress.push([now.done, now.total]),
    };
    for await (const { batch, first, fold } of overPrompts(model, prompts, asked)) {
      const sizes = await fold(async (before: readonly number[] = [], { slice, start, step }) => {
        seen.push(`${batch.index}: ${first}+${start}`);
        step();
        step();
        return [...before, slice.size];
      });
      expect(sizes).toEqual([2, 2, 2]);
    }
    const round = ["0: 0+0", "0: 0+2", "0: 0+4", "1: 6+0", "1: 6+2", "1: 6+4"];
    expect(seen).toEqual([...round, ...round]);
    expect(progress).toEqual(Array.from({ length: 24 }, (_, i) => [2 * (i + 1), 48]));
  });

  it("starts a batch again in smaller slices where memory ends, and takes its progress back", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    using model = modelOf();
    const done: number[] = [];
    const sums: number[] = [];
    for await (const { fold } of overPrompts(model, prompts, { onProgress: (now) => void done.push(now.done) })) {
      sums.push(
        await fold(async (before = 0, { slice, step }) => {
          step();
          if (slice.size > 2) throw new AutocircuitError("out-of-memory", "The memory ended.");
          return before + slice.size;
        }),
      );
    }
    expect(sums).toEqual([6, 6]);
    expect(done).toEqual([6, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("frees what was added up but for the last, and what the work made", async () => {
    using model = modelOf(2);
    const made: Tensor[] = [];
    for await (const { fold } of overPrompts(model, prompts)) {
      using sum = await fold(async (before: Tensor | undefined, { slice }) => {
        const ones = Tensor.full([3], slice.size);
        const grown = before ? before.add(ones) : ones.mul(1);
        made.push(ones, grown);
        return grown;
      });
      expect([...(await values(sum.clone()))]).toEqual([6, 6, 6]);
      expect(made.filter(({ disposed }) => !disposed)).toEqual([sum]);
    }
    expect(made).toHaveLength(12);
  });

  it("gives resampled values by slice, and those of a mean or a given ablation to all", async () => {
    using model = modelOf(2);
    const ablations = vi.spyOn(model, "ablations");
    using given = new Ablation(Tensor.zeros([model.graph.sources.length, 1, 6, model.config.dModel]));
    const found = async (ablation: "resample" | "tokenwise-mean-corrupt" | Ablation) => {
      ablations.mockClear();
      const seen = new Set<Ablation>();
      for await (const { fold } of overPrompts(model, prompts, { ablation }))
        await fold(async (_: boolean | undefined, slice) => Boolean(seen.add(slice.ablation)));
      return [ablations.mock.calls.length, seen.size];
    };
    expect(await found("resample")).toEqual([6, 6]);
    expect(await found("tokenwise-mean-corrupt")).toEqual([1, 1]);
    expect(await found(given)).toEqual([0, 1]);
    expect(given.sources.disposed).toBe(false);
  });

  it("stops when asked to", async () => {
    using model = modelOf(2);
    const stop = new AbortController();
    const going = async () => {
      for await (const { run } of overPrompts(model, prompts, { signal: stop.signal }))
        await run(async (slices) => {
          for await (const _ of slices) stop.abort();
        });
    };
    await expect(going()).rejects.toMatchObject({ code: "aborted" });
  });
});
