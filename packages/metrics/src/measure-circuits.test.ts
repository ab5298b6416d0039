import { PromptLoader, PruneScores, runCircuits } from "@autocircuit/core";
import { expect, it } from "vitest";
import { smallModel } from "../test/small-model.ts";
import { measureCircuits, usualMeasurements } from "./measure-circuits.ts";
import { measurements } from "./measurements.ts";

const prompts = new PromptLoader(
  [
    { clean: [0, 1, 2], corrupt: [3, 1, 0], answers: [1], wrongAnswers: [2] },
    { clean: [2, 2, 1], corrupt: [0, 3, 3], answers: [0], wrongAnswers: [3] },
  ],
  { batchSize: 1 },
);

it("measures what the metrics measure of all circuits together, and says how far it is", async () => {
  using model = smallModel();
  const scores = new PruneScores(
    model.graph,
    Float32Array.from({ length: model.graph.edgeCount }, (_, i) => Math.floor(i / 2) + 1),
  );
  const seen: number[] = [];
  const measured = await measureCircuits(model, prompts, {
    ...{ scores, sizes: [0, 1, 2, 4] },
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  using runs = await runCircuits(model, prompts, { scores, sizes: [0, 1, 2, 4] });
  // Two sizes tie.
  expect(measured.map(({ edges, asked }) => ({ edges, asked }))).toEqual(
    runs.map(({ edges, asked }) => ({ edges, asked })),
  );
  for (const name of usualMeasurements(model)) {
    const expected = await measurements[name].measure(model, prompts, runs);
    expect(measured.map(({ metrics }) => metrics[name])).toEqual(expected.map(({ value }) => value));
  }
  expect(seen.at(-1)).toBe(1);
});

it("all metrics of tokens, and of numbers", () => {
  const of = (dVocabOut: number) => usualMeasurements({ config: { dVocabOut } as never }, true);
  expect(of(4)).toContain("kl-clean");
  expect(of(4)).not.toContain("answer-mean-squared-error");
  expect(of(1)).toEqual(["max-abs-diff", "mean-squared-error", "answer-mean-squared-error", "answer-max-abs-diff"]);
});
