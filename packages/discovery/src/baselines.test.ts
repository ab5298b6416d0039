import { describe, expect, test } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { activationMagnitude } from "./activation-magnitude.ts";
import { algorithms } from "./algorithms.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { groundTruth } from "./ground-truth.ts";
import { maskGradient } from "./mask-gradient.ts";
import { random } from "./random.ts";

const { model, prompts } = randomTask({ seed: 9, promptCount: 4, batchSize: 2 });

describe("groundTruth", () => {
  test("scores the edges of the known circuit 1", async () => {
    const scores = await groundTruth(model, null, { edges: ["MLP 1->Resid End", 0] });
    expect(scores.get("MLP 1->Resid End")).toBe(1);
    expect(scores.values[0]).toBe(1);
    expect(scores.values.reduce((sum, value) => sum + value, 0)).toBe(2);
  });

  test("an unknown edge, or none, is an error", async () => {
    await expect(groundTruth(model, null, { edges: ["MLP 7->Resid End"] })).rejects.toMatchObject({
      code: "unknown-name",
    });
    await expect(algorithms["ground-truth"].discover(model, prompts, {})).rejects.toThrow(/`edges` must be a list/);
  });
});

describe("random", () => {
  test("depends on the seed alone", async () => {
    const [first, again, other] = await Promise.all([7, 7, 8].map((seed) => random(model, null, { seed })));
    expect(again!.values).toEqual(first!.values);
    expect(other!.values).not.toEqual(first!.values);
    expect(first!.info).toMatchObject({ algorithm: "random", seed: 7 });
  });

  test("is uniform", async () => {
    const { values } = await random({ graph: model.graph.byToken(200) }, null, { seed: 1 });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });
});

describe("activationMagnitude", () => {
  test("is the mean of each source's output, the same for all its edges and tokens", async () => {
    const scores = await activationMagnitude(model, prompts);
    const expected = new Float64Array(model.graph.sources.length);
    for (const batch of prompts.batches) {
      using outputs = await model.sourceOutputs(batch.clean);
      const values = (await outputs.data()) as Float32Array;
      const size = values.length / expected.length;
      for (let source = 0; source < expected.length; source++) {
        const part = values.subarray(source * size, (source + 1) * size);
        expected[source]! += Math.abs(part.reduce((sum, value) => sum + value, 0) / size) / prompts.length;
      }
    }
    for (const edge of model.graph.edges()) expect(scores.get(edge)).toBeCloseTo(expected[edge.src.index]!, 5);
    const byToken = await activationMagnitude(model.withGraph({ byToken: true }), prompts);
    for (const edge of byToken.graph.edges()) expect(byToken.get(edge)).toBe(scores.get(edge.name));
  });
});

describe("edgeAttribution", () => {
  test("is the mask gradient at 0", async () => {
    const attribution = await edgeAttribution(model, prompts, { gradFunction: "logprob" });
    const gradient = await maskGradient(model, prompts, { gradFunction: "logprob" });
    expect(attribution.values).toEqual(gradient.values);
    expect(attribution.info.algorithm).toBe("edge-attribution");
  });
});

describe("algorithms", () => {
  test("every algorithm runs with its defaults and says its name", async () => {
    for (const [name, { discover, options }] of Object.entries(algorithms)) {
      // Sampling makes sixty masks in each step.
      const given = options.some((option) => option.name === "knownEdges")
        ? { knownEdges: [0, 1], epochs: 2 }
        : { ...(name === "ground-truth" && { edges: [0] }), ...(name === "ugs" && { epochs: 2 }) };
      const scores = await discover(model, prompts, given as never);
      expect(scores.info.algorithm).toBe(name);
      expect(scores.values).toHaveLength(model.graph.edgeCount);
      for (const option of options) {
        const { choices, default: standard } = option as { choices?: readonly string[]; default?: unknown };
        if (choices) expect(choices).toEqual(expect.arrayContaining([standard].flat()));
      }
    }
  });
});
