import { firstPrompts, LoadedTask } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../test/random-model.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { firstScores } from "./first-scores.ts";

const { model, prompts } = await withModelAnswers(randomTask({ promptCount: 12, batchSize: 4, seed: 9 }));
const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
const parts = { model, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null };
const task = new LoadedTask(definition, parts, () => undefined);

it("gives edge attribution of all prompts where there is time for them, and nothing where there is none", async () => {
  const steps: number[] = [];
  const first = await firstScores(task, { seconds: 600, onProgress: ({ done }) => steps.push(done) });
  expect(first!.promptCount).toBe(12);
  const { values } = await edgeAttribution(model, prompts, { ablation: "resample" });
  expect(first!.scores.values).toEqual(values);
  expect(steps.length).toBeGreaterThan(0);
  expect(await firstScores(task, { seconds: 1e-9 })).toBeNull();
  await expect(firstScores(task, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
});

it("takes the first prompts where there is not time for all, and at least four", async () => {
  // How many go in a time differs from run to run; in one of these it is some.
  const counts: number[] = [];
  for (let seconds = 1e-3; seconds < 2; seconds *= 1.2) {
    const first = await firstScores(task, { seconds });
    if (first === null || first.promptCount === prompts.promptCount) continue;
    counts.push(first.promptCount);
    using some = firstPrompts(prompts, first.promptCount);
    const { values } = await edgeAttribution(model, some, { ablation: "resample" });
    expect(first.scores.values).toEqual(values);
  }
  expect(counts.filter((count) => count < 4)).toEqual([]);
  expect(counts.length).toBeGreaterThan(0);
});
