import { memory, type Transformer } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import { PatchableModel } from "../model/patchable-model.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import type { Tokens } from "../prompts/tokens.ts";
import type { AblationType } from "./ablation-type.ts";

const prompts = new PromptLoader(randomPairs(6, 4), { batchSize: 2 });
const [sourceCount, batchSize, length, width] = [7, 2, 4, tinyConfig.dModel];

let transformer: Transformer;
let model: PatchableModel;
beforeAll(() => {
  transformer = tinyTransformer();
  model = new PatchableModel({ transformer });
});
afterAll(() => {
  prompts[Symbol.dispose]();
  model.dispose();
});

/** Mean over prompts (and positions), computed in double precision from the outputs of single batches. */
async function expectedMean(tokens: Tokens[], overPositions: boolean): Promise<Float64Array> {
  const mean = new Float64Array(sourceCount * length * width);
  for (const batch of tokens) {
    const outputs = await values(await model.sourceOutputs(batch));
    outputs.forEach((value, index) => {
      const [s, p, d] = [
        Math.floor(index / (batchSize * length * width)),
        Math.floor(index / width) % length,
        index % width,
      ];
      for (let at = 0; at < length; at++) {
        if (overPositions || at === p)
          mean[(s * length + at) * width + d]! += value / (batchSize * tokens.length * (overPositions ? length : 1));
      }
    });
  }
  return mean;
}

it.each<AblationType>(["batch-tokenwise-mean", "batch-all-tok-mean", "tokenwise-mean-clean"])(
  "%s: keeps all digits of a model in float64, padded or not",
  async (type) => {
    using wide = new PatchableModel({ transformer: tinyTransformer({}, 1, { dtype: "float64" }) });
    const pairs = randomPairs(2, 4);
    const [first, second] = pairs.map((pair) => pair.clean) as [number[], number[]];
    for (const others of [second, second.slice(1)]) {
      const prompt = { clean: others, corrupt: others, answers: [0], wrongAnswers: [1] };
      using loader = new PromptLoader([{ ...prompt, clean: first, corrupt: first }, prompt], {
        batchSize: 2,
        padId: 0,
      });
      using ablation = await wide.ablations(type.startsWith("batch") ? loader.batches[0]!.clean : loader, type);
      const outputs = (await values(await wide.sourceOutputs(loader.batches[0]!.clean))) as unknown as Float64Array;
      const at = (s: number, b: number, p: number, d: number) => outputs[((s * 2 + b) * length + p) * width + d]!;
      const found = (await ablation.sources.data()) as Float64Array;
      expect(ablation.sources.dtype).toBe("float64");
      let largest = 0;
      for (let s = 0; s < sourceCount; s++) {
        for (let d = 0; d < width; d++) {
          // Those that have a token there, or at any position.
          const positions = (p: number) => (type === "batch-all-tok-mean" ? [0, 1, 2, 3] : [p]);
          const cells = (p: number) =>
            positions(p).flatMap((q) => [at(s, 0, q, d), ...(q >= length - others.length ? [at(s, 1, q, d)] : [])]);
          for (let p = 0; p < length; p++) {
            const mean = cells(p).reduce((sum, value) => sum + value, 0) / cells(p).length;
            largest = Math.max(largest, Math.abs(mean - found[(s * length + p) * width + d]!));
          }
        }
      }
      expect(largest).toBeLessThan(1e-14);
    }
  },
);

describe("prompts of several lengths", () => {
  const pairs = randomPairs(2, 4);
  const shorter = pairs.map(({ clean, corrupt, ...pair }) => ({
    ...pair,
    clean: clean.slice(1),
    corrupt: corrupt.slice(1),
  }));
  const loader = (list: typeof pairs, align = false) => {
    const alignment = (clean: number) => Array.from({ length: clean }, (_, position) => position);
    const aligned = align ? list.map((pair) => ({ ...pair, alignment: alignment(pair.clean.length) })) : list;
    return new PromptLoader(aligned, { batchSize: 2, padId: 0, seqLen: 4 });
  };
  const ablateAll = { ablate: new Float32Array(new Array(1000).fill(1)) };

  it.each<AblationType>(["tokenwise-mean-clean", "tokenwise-mean-corrupt", "batch-tokenwise-mean", "resample"])(
    "%s: values of shorter prompts do not do for longer ones",
    async (type) => {
      using short = loader(shorter);
      using long = loader(pairs);
      const from = type.startsWith("tokenwise") ? short : short.batches[0]!.corrupt;
      using ablation = await model.ablations(from, type);
      const ablate = ablateAll.ablate.slice(0, model.graph.edgeCount);
      (await model.forward(short.batches[0]!.clean, { ablate, ablation })).dispose();
      await expect(model.forward(long.batches[0]!.clean, { ablate, ablation })).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringContaining(
          "Prompt 0 has 4 tokens, but the values that its ablated edges would take were made of 3 only",
        ),
      });
    },
  );

  it.each<AblationType>(["zero", "batch-all-tok-mean"])("%s: values are the same everywhere", async (type) => {
    using short = loader(shorter);
    using long = loader(pairs);
    using ablation = await model.ablations(short.batches[0]!.corrupt, type);
    const ablate = ablateAll.ablate.slice(0, model.graph.edgeCount);
    (await model.forward(long.batches[0]!.clean, { ablate, ablation })).dispose();
  });

  it("an alignment that says nothing changes nothing", async () => {
    using plain = loader(pairs);
    using aligned = loader(pairs, true);
    using wanted = await model.ablations(plain.batches[0]!.corrupt, "resample");
    using found = await model.ablations(aligned.batches[0]!.corrupt, "resample");
    expect(await values(found.sources.clone())).toEqual(await values(wanted.sources.clone()));
  });
});

describe("ablations made batch by batch", () => {
  const { corrupt } = prompts.batches[0]!;

  it("resample: the outputs as they are", async () => {
    using ablation = await model.ablations(corrupt, "resample");
    expect(ablation.sources.shape).toEqual([sourceCount, batchSize, length, width]);
    const expected = await values(await model.sourceOutputs(corrupt));
    expect(maxDifference(await values(ablation.sources.clone()), expected)).toBe(0);
  });

  it("zero", async () => {
    using ablation = await model.ablations(corrupt, "zero");
    expect(ablation.sources.shape).toEqual([sourceCount, 1, length, width]);
    expect((await values(ablation.sources.clone())).every((value) => value === 0)).toBe(true);
  });

  it.each<[AblationType, boolean]>([
    ["batch-tokenwise-mean", false],
    ["batch-all-tok-mean", true],
  ])("%s", async (type, overPositions) => {
    using ablation = await model.ablations(corrupt, type);
    expect(ablation.sources.shape).toEqual([sourceCount, 1, length, width]);
    const expected = await expectedMean([corrupt], overPositions);
    expect(maxDifference(await values(ablation.sources.clone()), expected)).toBeLessThan(1e-5);
  });

  it("leave padded positions out of the mean", async () => {
    const short = { clean: [3, 7], corrupt: [3, 2], answers: [0], wrongAnswers: [1] };
    using padded = new PromptLoader([prompts.prompts[0]!, short], { batchSize: 2, padId: 9 });
    const tokens = padded.batches[0]!.clean;
    const outputs = await values(await model.sourceOutputs(tokens));
    using ablation = await model.ablations(tokens, "batch-tokenwise-mean");
    const mean = await values(ablation.sources.clone());
    const row = (s: number, b: number, p: number) =>
      outputs.subarray(((s * 2 + b) * length + p) * width, ((s * 2 + b) * length + p + 1) * width);
    for (const s of [0, sourceCount - 1]) {
      const at = (p: number) => mean.subarray((s * length + p) * width, (s * length + p + 1) * width);
      expect(maxDifference(at(0), row(s, 0, 0))).toBeLessThan(1e-6);
      const both = row(s, 0, 3).map((value, d) => (value + row(s, 1, 3)[d]!) / 2);
      expect(maxDifference(at(3), both)).toBeLessThan(1e-6);
    }
  });
});

describe("means over a data set", () => {
  it.each<[AblationType, ("clean" | "corrupt")[]]>([
    ["tokenwise-mean-clean", ["clean"]],
    ["tokenwise-mean-corrupt", ["corrupt"]],
    ["tokenwise-mean-clean-and-corrupt", ["clean", "corrupt"]],
  ])("%s", async (type, sides) => {
    const progress: number[] = [];
    const before = await memory();
    const ablation = await model.ablations(prompts, type, {
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    expect(ablation.sources.shape).toEqual([sourceCount, 1, length, width]);
    const tokens = sides.flatMap((side) => prompts.batches.map((batch) => batch.tokens(side)));
    expect(maxDifference(await values(ablation.sources.clone()), await expectedMean(tokens, false))).toBeLessThan(1e-5);
    expect(progress).toHaveLength(3 * sides.length);
    expect(progress.at(-1)).toBe(1);
    ablation.dispose();
    prompts[Symbol.dispose]();
    expect((await memory()).tensors).toBeLessThanOrEqual(before.tensors);
  });
});

describe("errors", () => {
  it("say what an ablation is made from", async () => {
    const { corrupt } = prompts.batches[0]!;
    await expect(model.ablations(corrupt, "tokenwise-mean-clean")).rejects.toThrow(/mean over a data set/);
    await expect(model.ablations(prompts, "resample")).rejects.toThrow(/made batch by batch/);
    await expect(model.ablations(prompts, "RESAMPLE" as AblationType)).rejects.toThrow(
      /`type` must be one of resample, .*"RESAMPLE".*Did you mean resample/,
    );
    const empty = new PromptLoader([], { batchSize: 1 });
    await expect(model.ablations(empty, "tokenwise-mean-clean")).rejects.toThrow(/at least one batch/);
    const signal = AbortSignal.abort();
    await expect(model.ablations(prompts, "tokenwise-mean-clean", { signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});
