import { describe, expect, it } from "vitest";
import { maxDifference, randomPairs, tinyConfig, tinyTransformer, values } from "../../test/tiny-transformer.ts";
import type { PromptFile } from "../prompts/raw-prompt.ts";
import { defineTask } from "./task.ts";
import type { TaskOptions } from "./task-options.ts";

const dataset: PromptFile = {
  prompts: randomPairs(10, 4).map(({ wrongAnswers: _, ...pair }) => ({
    ...pair,
    wrong_answers: pair.answers.map((token) => (token + 1) % tinyConfig.dVocab),
  })),
  word_idxs: { word: 2 },
};
const options: TaskOptions = {
  key: "toy",
  name: "Toy",
  batchSize: { train: 2, test: 3 },
  batchCount: { train: 2, test: 1 },
  model: () => ({ transformer: tinyTransformer() }),
  prompts: dataset,
};

describe("a task", () => {
  it("is loaded when asked, once", async () => {
    let loads = 0;
    await using task = defineTask({
      ...options,
      model: ({ dtype }) => {
        loads++;
        expect(dtype).toBe("float32");
        return { transformer: tinyTransformer() };
      },
    });
    expect(loads).toBe(0);
    const [model, train, test] = await Promise.all([task.model, task.train, task.test]);
    expect(loads).toBe(1);
    expect([train.length, train.batchSize, test.length, test.batchSize]).toEqual([2, 2, 1, 3]);
    expect(await task.knownEdges).toBeNull();
    expect(await task.knownEdgeCount).toBeNull();
    expect((await model.forward(test.batches[0]!.clean)).shape).toEqual([3, tinyConfig.dVocabOut]);
  });

  it("has plain values when loaded", async () => {
    await using task = await defineTask({ ...options, outputSlice: "none", separateQkv: false }).load();
    expect([task.key, task.name, task.byToken]).toEqual(["toy", "Toy", false]);
    expect(task.model.outputSlice).toBe("none");
    expect(task.model.graph.separateQkv).toBe(false);
    expect((await values(await task.model.forward(task.train.batches[0]!.clean))).every(Number.isFinite)).toBe(true);
  });

  it("has the edges of its known circuit, by token too", async () => {
    await using task = await defineTask({
      ...options,
      byToken: true,
      knownEdges: (model, { byToken, wordPositions, seqStart }) => {
        expect([byToken, seqStart, model.graph.seqLen]).toEqual([true, 0, 4]);
        return [["A0.0->MLP 1", wordPositions.word!], model.graph.edge(3), ["A0.0->MLP 1", 2]];
      },
    }).load();
    expect(task.knownEdgeCount).toBe(2);
    expect(task.knownEdges!.map(String)).toContain("A0.0->MLP 1 [2]");
    expect(task.byToken).toBe(true);
  });

  it("cuts off the common prefix when asked, and tells where the graph starts", async () => {
    const prompts = randomPairs(10, 6, 2).map(({ wrongAnswers, ...pair }) => ({
      ...pair,
      wrong_answers: wrongAnswers,
    }));
    const set = {
      ...options,
      prompts: { prompts, word_idxs: { word: 4 }, seq_labels: [..."abcdef"] },
      byToken: true,
    };
    let started: number | undefined;
    const knownEdges: TaskOptions["knownEdges"] = (model, { seqStart, wordPositions }) => {
      started = seqStart;
      return [["A0.0->MLP 1", wordPositions.word! - seqStart], model.graph.edge(0)];
    };
    await using whole = await defineTask({ ...set, knownEdges }).load();
    expect([started, whole.sharedPrefix, whole.model.graph.seqLen]).toEqual([0, null, 6]);
    await using tail = await defineTask({ ...set, knownEdges, sharePrefix: true }).load();
    expect([started, tail.sharedPrefix]).toEqual([2, { length: 2, kind: "per-prompt", reason: null }]);
    expect([tail.model.graph.seqLen, tail.train.seqStart, tail.test.seqLen]).toEqual([4, 2, 4]);
    expect([tail.train.tokenLabels, tail.test.wordPositions]).toEqual([["c", "d", "e", "f"], { word: 4 }]);
    expect(tail.knownEdges!.map(String)).toContain("A0.0->MLP 1 [2]");
    for (const side of ["train", "test"] as const) {
      for (const [index, batch] of whole[side].batches.entries()) {
        const expected = await values(await whole.model.forward(batch.clean));
        const found = await values(await tail.model.forward(tail[side].batches[index]!.clean));
        expect(maxDifference(found, expected)).toBeLessThan(1e-5);
      }
    }
  });

  it("says why there is no common prefix", async () => {
    await using nothing = await defineTask({ ...options, sharePrefix: true }).load();
    expect(nothing.sharedPrefix).toMatchObject({ length: 0, kind: "none" });
    expect(nothing.sharedPrefix!.reason).toMatch(/differ at the first token/);
    expect((await nothing.model.forward(nothing.test.batches[0]!.clean)).shape).toEqual([3, tinyConfig.dVocabOut]);
  });

  it("frees the model it made, not the one it was given", async () => {
    using transformer = tinyTransformer();
    const given = await defineTask({ ...options, model: { transformer } }).load();
    await given[Symbol.asyncDispose]();
    const { model, train } = await defineTask({ ...options, model: { transformer } }).load();
    expect((await model.forward(train.batches[0]!.clean)).shape).toEqual([2, tinyConfig.dVocabOut]);
    const made = await defineTask(options).load();
    await made[Symbol.asyncDispose]();
    await expect(made.model.forward(train.batches[0]!.clean)).rejects.toMatchObject({ code: "disposed" });
  });

  it("can be loaded again after it was freed or failed", async () => {
    let fail = true;
    const task = defineTask({
      ...options,
      model: () => {
        if (fail) throw new Error("not yet");
        return { transformer: tinyTransformer() };
      },
    });
    await expect(task.model).rejects.toThrow("not yet");
    fail = false;
    const first = await task.model;
    await task[Symbol.asyncDispose]();
    expect(await task.model).not.toBe(first);
    await task[Symbol.asyncDispose]();
  });

  it("says what cannot be", async () => {
    const load = async (changes: Partial<TaskOptions>) => defineTask({ ...options, ...changes }).load();
    await expect(load({ batchSize: 0 })).rejects.toThrow(/Task: `batchSize`/);
    await expect(load({ batchCount: 0.5 })).rejects.toThrow(/Task: `batchCount`/);
    await expect(load({ batchCount: 9 })).rejects.toThrow(/only 10/);
    await expect(load({ prompts: "/no/such/file.json" })).rejects.toMatchObject({ code: "not-found" });
    await expect(load({ knownEdges: () => ["A7.0->MLP 1"] })).rejects.toThrow(/near names/);
    const tooLarge = { prompts: dataset.prompts.map((prompt) => ({ ...prompt, answers: [99] })) };
    await expect(load({ prompts: tooLarge })).rejects.toThrow(/token id 99; ids must be from 0 to 19/);
    const aborted = defineTask(options).load({ signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  });
});
