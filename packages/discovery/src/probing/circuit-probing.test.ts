import { PruneScores } from "@autocircuit/core";
import { describe, expect, it, test } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import type { TrainingProgress } from "../training/training-progress.ts";
import { circuitProbing, nestedScores } from "./circuit-probing.ts";
import { constrainedProbing } from "./constrained-probing.ts";
import { subnetworkProbing } from "./subnetwork-probing.ts";

const { model, prompts } = randomTask({ seed: 4, promptCount: 4, batchSize: 2 });
const { graph } = model;
const knownEdges = ["A0.0->A1.1.Q", "A0.1->MLP 0", "MLP 1->Resid End"];
const settings = { epochs: 2, maskFunction: "hard-concrete", seed: 3 } as const;

describe("circuitProbing", () => {
  test("is one probing a size, whose edges the larger ones add to", async () => {
    const found: number[] = [];
    const steps: TrainingProgress[] = [];
    const scores = await circuitProbing(model, prompts, {
      ...settings,
      circuitSizes: [10, "true_size"],
      knownEdges,
      onCircuit: (size) => found.push(size),
      onProgress: (step) => steps.push(step),
    });
    expect(found).toEqual([3, 10]);
    expect(steps.map(({ done, total }) => `${done}/${total}`).at(-1)).toBe("8/8");
    const [small, large] = await Promise.all(
      [3, 10].map(async (size) =>
        (await subnetworkProbing(model, prompts, { ...settings, initial: -Math.log(5), circuitSize: size })).circuit(
          size,
        ),
      ),
    );
    scores.values.forEach((value, edge) => {
      expect(value).toBe(small!.has(edge) ? 2 : large!.has(edge) ? 1 : 0);
    });
    const options = { circuitSizes: [3, 10], initial: expect.closeTo(-Math.log(5), 12) };
    expect(scores.info).toMatchObject({ algorithm: "circuit-probing", seed: 3, options });
  });

  test("starts at its circuit, unless told otherwise or there is no mask function", async () => {
    const startOf = async (options: object) =>
      (await circuitProbing(model, prompts, { ...settings, epochs: 1, circuitSizes: [3], ...options })).info.options!
        .initial;
    expect(await startOf({ maskFunction: "sigmoid" })).toBeCloseTo(-Math.log(5), 12);
    expect(await startOf({ maskFunction: "none" })).toBe(0.5);
    expect(await startOf({ initial: 1 })).toBe(1);
  });

  test("nested scores: ties come in, nothing is overwritten", () => {
    const of = (...values: number[]) => {
      const scores = new PruneScores(graph);
      scores.values.set(values);
      return scores;
    };
    const circuits = [
      { size: 1, scores: of(5, 1, 0, 0) },
      { size: 2, scores: of(0, 3, 3, 3) },
    ];
    expect([...nestedScores(graph, circuits).slice(0, 5)]).toEqual([2, 1, 1, 1, 0]);
  });

  it.each([
    ["0", { circuitSizes: [3, 0] }, /`circuitSizes` must be a list.*at least 1/],
    ["beyond the graph", { circuitSizes: [3, 1e6] }, /1000000 edges is more than the graph has/],
    ["twice", { circuitSizes: [5, 5] }, /the size 5 twice/],
    [
      "that of the known circuit twice",
      { circuitSizes: [3, "true_size"], knownEdges },
      /the size 3 twice.*known circuit/,
    ],
    ["none", { circuitSizes: [] }, /`circuitSizes` is empty/],
    ["true_size without a known circuit", {}, /"true_size" is that of the known circuit: give its edges/],
    ["true_size with an empty circuit", { knownEdges: [] }, /give its edges/],
    ["true_size of edges there are not", { knownEdges: ["A7.0->Resid End"] }, /A7\.0->Resid End/],
  ])("a size of %s is an error before anything is trained", async (_, options, message) => {
    const onProgress = () => expect.fail("trained");
    await expect(circuitProbing(model, prompts, { ...options, onProgress } as never)).rejects.toThrow(message);
  });
});

describe("constrainedProbing", () => {
  test("finds another circuit than the one it is given", async () => {
    const known = await circuitProbing(model, prompts, { epochs: 10, knownEdges });
    const options = { scores: known, knownEdges, epochs: 10 };
    const other = await constrainedProbing(model, prompts, { ...options, avoidLambda: 20, maskFunction: "sigmoid" });
    const avoided = known.circuit(3);
    expect([...other.circuit(3)].filter((edge) => avoided.has(edge))).toEqual([]);
    expect(other.info).toMatchObject({
      algorithm: "constrained-probing",
      options: { lambda: 0.1, avoidLambda: 20, maskFunction: "sigmoid" },
    });
  });

  it("wants a size, and scores of this graph", async () => {
    const scores = new PruneScores(graph);
    const sizes = { circuitSizes: [3] };
    await expect(constrainedProbing(model, prompts, { scores, ...sizes })).rejects.toThrow(/`avoidSize`/);
    const foreign = new PruneScores(graph.with({ separateQkv: false }));
    const other = constrainedProbing(model, prompts, { scores: foreign, avoidSize: 2, ...sizes });
    await expect(other).rejects.toThrow(/another graph/);
  });
});
