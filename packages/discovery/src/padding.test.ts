import { PromptLoader } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";

const task = randomTask({ seed: 5, promptCount: 4 });
const model = task.model.withGraph({ seqLen: null });
const cut = task.prompts.prompts.map((pair, i) => ({
  ...pair,
  clean: pair.clean.slice(i % 3),
  corrupt: pair.corrupt.slice(i % 3),
}));

const names = (Object.keys(algorithms) as AlgorithmName[]).filter((name) => name !== "ground-truth");
/** Training is short; circuits have the size of the published one. */
const options = (name: AlgorithmName) => ({
  seed: 1,
  ...(/probing|pruning|ugs/.test(name) && { epochs: 2 }),
  ...(name.endsWith("probing") && { maskFunction: "sigmoid" as const }),
  ...(/^c.*-probing$/.test(name) && { knownEdges: ["A0.0->A1.1.Q", "A0.1->MLP 0"] }),
});

describe.each(names)("%s", (name) => {
  it("gives scores that do not depend on what prompts are padded with", async () => {
    const scores = async (padId: number) => {
      using prompts = new PromptLoader(cut, { batchSize: 2, padId });
      return (await algorithms[name].discover(model, prompts, options(name))).values;
    };
    const wanted = await scores(0);
    expect(wanted.some((value) => value !== 0)).toBe(true);
    expect(await scores(7)).toEqual(wanted);
    expect(await scores(12)).toEqual(wanted);
  });
});
