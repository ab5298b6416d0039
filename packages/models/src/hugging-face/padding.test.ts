import { type AblationType, ablationTypes, dataSetSides, loadPrompts, type PatchableModel } from "@autocircuit/core";
import { setThreads } from "@autocircuit/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numbers } from "../../test/close-to.ts";
import { randomCheckpoint } from "../../test/random-checkpoint.ts";
import { smallFamilies } from "../../test/small-families.ts";
import { loadModel } from "../load-model.ts";

await setThreads(1);

const pair = (clean: number[], corrupt: number[]) => ({ clean, corrupt, answers: [4], wrong_answers: [7] });
/** Prompts of several lengths, equally long within each pair. */
const equal = [
  pair([3, 17, 2, 5], [3, 18, 2, 6]),
  pair([9, 3], [8, 3]),
  pair([4, 11, 12, 13, 1, 2], [4, 5, 12, 9, 1, 2]),
];
/** The same, with a corrupt prompt that is shorter, and one that is longer. */
const unequal = [pair([3, 17, 2, 5], [18, 6]), pair([9, 3], [8, 3, 1]), equal[2]!];

const load = async (prompts: object[], padId: number, align?: "end") => {
  const data = { prompts: prompts as typeof equal };
  const { train } = await loadPrompts(data, {
    size: { train: 3, test: 0 },
    shuffle: false,
    batchSize: 3,
    padId,
    align,
  });
  return train;
};

/** Logits of the clean (or corrupt) prompts with every other edge ablated from the other ones. */
async function patchedLogits(
  model: PatchableModel,
  type: AblationType,
  loader: Awaited<ReturnType<typeof load>>,
  from: "clean" | "corrupt" = "corrupt",
): Promise<number[]> {
  using prompts = loader;
  const batch = prompts.batches[0]!;
  using ablation = await model.ablations(dataSetSides(type) ? prompts : batch.tokens(from), type);
  const ablate = Float32Array.from({ length: model.graph.edgeCount }, (_, edge) => (edge % 2 === 0 ? 1 : 0));
  using logits = await model.forward(batch.tokens(from === "corrupt" ? "clean" : "corrupt"), { ablate, ablation });
  return numbers(logits);
}

describe.each(Object.entries(smallFamilies))("%s", (family, { config }) => {
  let checkpoint: Awaited<ReturnType<typeof randomCheckpoint>>;
  let model: PatchableModel;
  beforeAll(async () => {
    checkpoint = await randomCheckpoint({ model_type: family, ...config }, 3);
    model = await loadModel(checkpoint.folder, { outputSlice: "last_seq" });
  });
  afterAll(async () => {
    model.dispose();
    await checkpoint[Symbol.asyncDispose]();
  });

  it.each(ablationTypes)("%s: no logit depends on what prompts are padded with", async (type) => {
    const wanted = await patchedLogits(model, type, await load(equal, 0));
    expect(wanted.every(Number.isFinite)).toBe(true);
    for (const padId of [5, 18]) {
      expect(await patchedLogits(model, type, await load(equal, padId))).toEqual(wanted);
    }
  });

  it.each(ablationTypes)("%s: nor in pairs of unequal length, which are refused or aligned", async (type) => {
    const alignedFrom = async (padId: number) => patchedLogits(model, type, await load(unequal, padId, "end"));
    const wanted = await alignedFrom(0);
    expect(await alignedFrom(18)).toEqual(wanted);
    const plain = async (padId: number) => patchedLogits(model, type, await load(unequal, padId));
    if (type === "zero" || type === "batch-all-tok-mean") {
      expect(await plain(0)).toEqual(wanted);
      expect(await plain(18)).toEqual(wanted);
    } else {
      await expect(plain(0)).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringContaining("prompts[0]: `clean` has 4 tokens, `corrupt` 2"),
      });
    }
  });

  it("resampled values are those of the partners, and one's own without a partner", async () => {
    // With every edge ablated, the output is that of the last position's value: the corrupt run's.
    for (const from of ["corrupt", "clean"] as const) {
      using prompts = await load(unequal, 0, "end");
      const batch = prompts.batches[0]!;
      using ablation = await model.ablations(batch.tokens(from), "resample");
      using theirs = await model.sourceOutputs(batch.tokens(from));
      using own = await model.sourceOutputs(batch.tokens(from === "corrupt" ? "clean" : "corrupt"));
      const [sourceCount, size, length, width] = own.shape as [number, number, number, number];
      const [taken, other, mine] = [await numbers(ablation.sources), await numbers(theirs), await numbers(own)];
      const [otherPads, pads] = [batch.padding(from)!, batch.padding(from === "corrupt" ? "clean" : "corrupt")!];
      for (let source = 0; source < sourceCount; source++) {
        for (let row = 0; row < size; row++) {
          for (let position = pads[row]!; position < length; position++) {
            const begin = ((source * size + row) * length + position) * width;
            const wanted = position >= otherPads[row]! ? other : mine;
            expect(taken.slice(begin, begin + width)).toEqual(wanted.slice(begin, begin + width));
          }
        }
      }
    }
  });
});
