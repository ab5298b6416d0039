import { LoadedTask, PromptLoader } from "@autocircuit/core";
import { CircuitMeter, correctPercent, FullModel, logitDiff } from "@autocircuit/metrics";
import { afterAll, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { accuracyNotes, meteredAccuracy, modelAccuracy } from "./model-accuracy.ts";

const { model, prompts } = randomTask({ promptCount: 8, batchSize: 4, seed: 3 });
afterAll(() => model.dispose());

function taskOf(test: PromptLoader): LoadedTask {
  const definition = { key: "random", name: "random", batchSize: 4, batchCount: 2, model, prompts: { prompts: [] } };
  return new LoadedTask(definition, { model, train: prompts, test, knownEdges: null, sharedPrefix: null }, () => {});
}

it("says how often the model alone is right, as the metrics do", async () => {
  const found = (await modelAccuracy(taskOf(prompts)))!;
  using full = new FullModel(model, prompts);
  const runs = [{ size: model.graph.edgeCount, logits: await full.logits("clean") }];
  expect(found.promptCount).toBe(8);
  expect(found.first).toBe((await correctPercent(model, prompts, runs))[0]!.value);
  expect(found.logitDiff).toBeCloseTo((await logitDiff(model, prompts, runs))[0]!.value, 5);
  expect((await modelAccuracy(taskOf(prompts), { promptCount: 3 }))!.promptCount).toBe(3);
});

it("is the same by the outputs that circuits are compared with", async () => {
  using meter = new CircuitMeter(model, prompts, { together: 3 });
  const expected = (await modelAccuracy(taskOf(prompts)))!;
  const found = await meteredAccuracy(taskOf(prompts), meter);
  expect(found).toEqual({ ...expected, logitDiff: expect.closeTo(expected.logitDiff!, 5) });
});

it("compares with no wrong answers where there are none, and takes the prompts to discover with where no others are", async () => {
  const pairs = prompts.prompts.map((pair) => ({ ...pair, wrongAnswers: [] }));
  const found = (await modelAccuracy(taskOf(new PromptLoader(pairs, { batchSize: 4 }))))!;
  expect([found.above, found.logitDiff]).toEqual([null, null]);
  const none = new PromptLoader([], { batchSize: 4 });
  expect(await modelAccuracy(taskOf(none))).toEqual(await modelAccuracy(taskOf(prompts)));
});

it("says of a model that hardly does the task what that makes of its circuit, and of one that does nothing", () => {
  const of = (share: number) => accuracyNotes({ share, against: "wrong answers", promptCount: 4 });
  expect(of(0.25)).toEqual([
    expect.stringMatching(/^The model alone is right in 25 %: below some 80 % it hardly does/),
  ]);
  expect(of(0.8)).toEqual([]);
  expect(accuracyNotes(undefined)).toEqual([]);
});
