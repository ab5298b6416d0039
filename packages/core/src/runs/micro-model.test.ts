import { expect, it } from "vitest";
import { microModel } from "../../test/micro-model.ts";
import { values } from "../../test/tiny-transformer.ts";
import { PromptLoader } from "../prompts/prompt-loader.ts";
import { PruneScores } from "../scores/prune-scores.ts";
import { runCircuits } from "./run-circuits.ts";

// The numbers that AutoCircuit's own tests have by hand.
const pair = { clean: [0, 1, 2], corrupt: [3, 4, 5], answers: [1], wrongAnswers: [0] };
const prompts = new PromptLoader([pair], { batchSize: 1 });

it("multiplies by (25, 49), and has 13 edges", async () => {
  using model = microModel({ outputSlice: "none" });
  expect([model.graph.sources.length, model.graph.edgeCount]).toEqual([5, 13]);
  const clean = await values(await model.forward(prompts.batches[0]!.clean));
  expect([...clean]).toEqual([75, 147, 50, 98, 25, 49]);
});

it("edge patching by hand", async () => {
  using model = microModel({ outputSlice: "last_seq" });
  const scores = new PruneScores(model.graph);
  scores.set("A0.1->Resid End", 3);
  scores.set("A0.0->A1.1", 2);
  scores.set("Resid Start->A0.0", 1);
  using runs = await runCircuits(model, prompts, { scores, sizes: [0, 1, 2, 3], patch: "edge" });
  expect(await Promise.all(runs.map(async ({ logits }) => [...(await values(logits[0]!))]))).toEqual([
    [-25, -49],
    [-19, -41],
    [-13, -25],
    [-9, -13],
  ]);
});

it("edge patching by token by hand", async () => {
  using model = microModel({ byToken: true, outputSlice: "none" });
  const scores = new PruneScores(model.graph);
  scores.set("A0.1->Resid End", 3, 2);
  scores.set("A0.0->A1.1", 2, 2);
  scores.set("Resid Start->Resid End", 1, 0);
  using runs = await runCircuits(model, prompts, { scores, sizes: [1, 2, 3], patch: "edge" });
  const outputs = await Promise.all(runs.map(async ({ logits }) => [...(await values(logits[0]!))]));
  expect(outputs[0]!.slice(4)).toEqual([-19, -41]);
  expect(outputs[1]!.slice(4)).toEqual([-13, -25]);
  expect(outputs[2]!.slice(0, 2)).toEqual([-69, -141]);
  // The others stay where they were.
  expect(outputs[2]).toEqual([-69, -141, -50, -98, -13, -25]);
});
