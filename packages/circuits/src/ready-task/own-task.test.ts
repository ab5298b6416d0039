import { USUAL_SEED } from "@autocircuit/base";
import { defineTask, type RawPrompt } from "@autocircuit/core";
import { loadModel } from "@autocircuit/models";
import { setThreads } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { tinyGpt2 } from "../../test/tiny-gpt2.ts";
import { ownPrompts } from "./own-prompts.ts";
import { ownTask } from "./own-task.ts";

await setThreads(1);

const pair = (i: number, length = 4): RawPrompt => ({
  clean: Array.from({ length }, (_, at) => 10 * i + at),
  corrupt: Array.from({ length }, (_, at) => 10 * i + at + 5),
  ...{ answers: [7], wrong_answers: [8] },
});
const prompts = Array.from({ length: 9 }, (_, i) => pair(i));

describe("a model and prompts of one's own", () => {
  it("are a task that discovers with half of the prompts and measures on the other half", async () => {
    using model = await tinyGpt2({ layers: 1 });
    await using task = await ownTask(model.folder, { prompts, task: "Numbers" }, { seed: 3 });
    expect([task.name, model.folder.endsWith(task.key)]).toEqual(["Numbers", true]);
    expect([task.train.promptCount, task.test.promptCount, task.knownEdges]).toEqual([4, 4, null]);
    const definition = { key: "same", name: "same", batchSize: 4, batchCount: 1, seed: 3, prompts: { prompts } };
    await using same = await defineTask({ ...definition, model: (how) => loadModel(model.folder, how) }).load();
    expect(task.train.prompts).toEqual(same.train.prompts);
    const logits = async ({ model, test }: typeof task) => (await model.forward(test.batches[0]!.clean)).toArray();
    expect(await logits(task)).toEqual(await logits(same));
  });

  it("are divided as on the command line and in plans of sweeps where no seed is given", async () => {
    using model = await tinyGpt2({ layers: 1 });
    await using task = await ownTask(model.folder, { prompts });
    await using same = await ownTask(model.folder, { prompts }, { seed: USUAL_SEED });
    await using other = await ownTask(model.folder, { prompts }, { seed: 42 });
    expect(task.train.prompts).toEqual(same.train.prompts);
    expect(task.train.prompts).not.toEqual(other.train.prompts);
    expect(USUAL_SEED).toBe(0);
  });

  it("have the prompts that there are without the task", async () => {
    using model = await tinyGpt2({ layers: 1 });
    const uneven = { prompts: prompts.map((_, i) => pair(i, 3 + (i % 2))) };
    for (const how of [{}, { seed: 3 }, { batchSize: 2 }, { batchCount: { train: 2, test: 1 } }]) {
      await using task = await ownTask(model.folder, uneven, how);
      const { train, test } = await ownPrompts(uneven, how);
      expect(train.batches.map(({ prompts }) => prompts)).toEqual(task.train.batches.map(({ prompts }) => prompts));
      expect(test.batches.map(({ prompts }) => prompts)).toEqual(task.test.batches.map(({ prompts }) => prompts));
    }
  });

  it("have the graph, the batches and the circuit that were asked for", async () => {
    using model = await tinyGpt2({ layers: 1 });
    await using task = await ownTask(
      model.folder,
      { prompts },
      {
        ...{ key: "mine", name: "Mine", batchSize: 2, batchCount: { train: 3, test: 1 }, byToken: true },
        ...{ separateQkv: false, outputSlice: "none", dtype: "float64" },
        knownEdges: () => [["MLP 0->Resid End", 1]],
      },
    );
    const { model: made, train, test } = task;
    expect([task.key, task.name, task.knownEdgeCount]).toEqual(["mine", "Mine", 1]);
    expect([train.batches.length, test.batches.length, train.batchSize]).toEqual([3, 1, 2]);
    expect([made.graph.seqLen, made.graph.separateQkv, made.outputSlice]).toEqual([4, false, "none"]);
    expect(made.computeDtype).toBe("float64");
  });

  it("need no tokenizer where prompts are token ids of several lengths", async () => {
    using model = await tinyGpt2({ layers: 1 });
    const uneven = { prompts: prompts.map((_, i) => pair(i, 3 + (i % 2))) };
    await using task = await ownTask(model.folder, uneven);
    expect(Math.max(...task.train.batches.map(({ seqLen }) => seqLen))).toBe(4);
  });

  it("are refused with what to do", async () => {
    using model = await tinyGpt2({ layers: 1 });
    const { folder } = model;
    await expect(ownTask(folder, { prompts: prompts.slice(0, 1) })).rejects.toThrow(/is 1 prompt pair/);
    await expect(ownTask(folder, { prompts }, { batchSize: 6 })).rejects.toThrow(/more than half of the 9/);
    await expect(ownTask(folder, { prompts }, { maxLatents: 3 })).rejects.toThrow(/is about `autoencoders`/);
    await expect(ownTask("no/such/folder", { prompts })).rejects.toMatchObject({ code: "not-found" });
  });
});
