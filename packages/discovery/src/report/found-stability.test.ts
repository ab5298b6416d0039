import { LoadedTask, PromptLoader } from "@autocircuit/core";
import { bootstrapCircuits } from "@autocircuit/metrics";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { findCircuit } from "../find-circuit/find-circuit.ts";
import { foundStability } from "./found-stability.ts";
import { reportOf } from "./report-of.ts";
import { stabilityPlan } from "./stability-plan.ts";
import { stabilityNotes, stabilityReport } from "./stability-report.ts";

const { model, prompts } = randomTask({ promptCount: 12, batchSize: 4, seed: 3 });
afterAll(() => model.dispose());
const how = { algorithm: "eap-ig-inputs", size: 9 } as const;

function taskOf(train: PromptLoader, of = model): LoadedTask {
  const definition = {
    key: "random",
    name: "random",
    batchSize: 4,
    batchCount: 3,
    model: of,
    prompts: { prompts: [] },
  };
  const parts = { model: of, train, test: train, knownEdges: null, sharedPrefix: null };
  return new LoadedTask(definition, parts, () => {});
}
const task = taskOf(prompts);

describe("stabilityPlan", () => {
  it("takes 200 resamples where that is soon done, or as many as are asked for", () => {
    expect(stabilityPlan(task, how)).toMatchObject({ resamples: 200, reason: null });
    expect(stabilityPlan(task, { ...how, resamples: 130 })).toMatchObject({ resamples: 130, reason: null });
  });

  it.each([
    ["empty", { ...how, size: 0 }],
    ["keep", { algorithm: "eap-ig-inputs", keep: 0.9 }],
    ["algorithm", { algorithm: "acdc" }],
    ["algorithm", {}],
    ["keep", { algorithm: "eap-ig-inputs" }],
    ["ranks", { ...how, options: { normalise: "rank" } }],
    ["ablate-from", { ...how, options: { ablateFrom: "clean" } }],
  ] as const)("says why there are no scores of single prompts: %s", (reason, options) => {
    expect(stabilityPlan(task, options)).toMatchObject({ resamples: null, reason });
  });

  it("asks for what findCircuit chooses by itself, and gives it the options that keep the scores", async () => {
    const wide = randomTask({ promptCount: 12, batchSize: 4, seed: 3, layers: 4, heads: 4, byToken: true });
    onTestFinished(() => wide.model.dispose());
    const large = taskOf(wide.prompts, wide.model);
    expect(large.model.graph.edgeCount).toBeGreaterThan(2000);
    const told: number[] = [];
    const plan = stabilityPlan(large, { size: 20, resamples: 100 });
    expect(plan).toMatchObject({ resamples: 100, reason: null, find: { algorithm: "edge-attribution", size: 20 } });
    const found = await findCircuit(large, plan.find);
    expect(found.algorithm).toBe("edge-attribution");
    expect(plan.rows).toHaveLength(12);
    const alone = await findCircuit(large, { size: 20 });
    expect([...found.circuit.indices]).toEqual([...alone.circuit.indices]);
    expect(await foundStability(large, found, plan)).toMatchObject({ size: 20, promptCount: 12, resamples: 100 });
    const onPrompt = (_: Float32Array, prompt: number) => void told.push(prompt);
    await findCircuit(task, stabilityPlan(task, { ...how, options: { onPrompt } }).find);
    expect(told).toEqual([...prompts.prompts.keys()]);
    expect(() => stabilityPlan(task, { ...how, options: { onPrompt: 3 } })).toThrow(/`onPrompt` is a function/);
    const none = { algorithm: "acdc", size: 3 } as const;
    expect(stabilityPlan(task, none).find).toEqual(none);
  });

  it("counts prompts, memory and time", () => {
    const one = taskOf(new PromptLoader(prompts.prompts.slice(0, 1), { batchSize: 1 }));
    expect(stabilityPlan(one, how).reason).toBe("one-prompt");
    const again = taskOf(new PromptLoader(Array(8).fill(prompts.prompts[0]), { batchSize: 4 }));
    expect(stabilityPlan(again, how).reason).toBe("one-prompt");
    const sized = (edgeCount: number, promptCount: number) => {
      const graph = { ...model.graph, edgeCount, index: () => 0 };
      const train = Object.create(prompts, { promptCount: { value: promptCount } });
      const large = Object.create(task, {
        train: { value: train },
        model: { value: Object.create(model, { graph: { value: graph } }) },
      });
      return (resamples?: number) => stabilityPlan(large, { ...how, resamples });
    };
    expect(sized(1e6, 100)()).toMatchObject({ reason: "memory", bytes: 4e8, mostBytes: 2 ** 28 });
    expect(sized(1e6, 100)(150)).toMatchObject({ resamples: 150, reason: null });
    expect(sized(1e8, 100)(150)).toMatchObject({ reason: "memory", mostBytes: 2 ** 32 });
    expect(sized(1e6, 20)()).toMatchObject({ reason: "time", fewest: 100 });
    expect(sized(1e5, 20)()).toMatchObject({ reason: null, resamples: 113 });
    expect(sized(2e5, 20)()).toMatchObject({ reason: null, resamples: 100 });
  });
});

describe("foundStability", () => {
  it("says of the circuit's edges what resamples of their prompts say", async () => {
    const plan = stabilityPlan(task, { ...how, resamples: 120, seed: 5 });
    const { rows } = plan;
    const found = await findCircuit(task, plan.find);
    const stability = (await foundStability(task, found, plan))!;
    const edges = [...found.circuit.indices];
    const sizes = [1, 2, 5, 9, 18, 36];
    const drawn = await bootstrapCircuits(rows, { edges, size: 9, sizes, resamples: 120, seed: 5 });
    expect(stability.points).toEqual(drawn.points);
    expect(stability).toMatchObject({ promptCount: 12, resamples: 120, size: 9, shared: 9, reason: null });
    expect(stability.edges.map(({ edge }) => edge)).toEqual(edges);
    for (const [i, { edge, interval, frequency }] of stability.edges.entries()) {
      expect(frequency).toBe(drawn.frequency[i]);
      // In the unit of the scores, which are sums over three batches.
      expect(interval[0] / drawn.low[i]!).toBeCloseTo(3, 3);
      expect(interval[0]).toBeLessThanOrEqual(found.scores.values[edge]!);
      expect(interval[1]).toBeGreaterThanOrEqual(found.scores.values[edge]!);
    }
    const signed = await findCircuit(task, { ...how, rank: "signed" });
    const bySigned = (await foundStability(task, signed, plan, { seed: 5 }))!;
    const signedEdges = [...signed.circuit.indices];
    const asked = { edges: signedEdges, size: 9, sizes, resamples: 120, seed: 5, rank: "signed" } as const;
    const drawnSigned = await bootstrapCircuits(rows, asked);
    expect(bySigned.points).toEqual(drawnSigned.points);
    expect(bySigned.edges.map(({ frequency }) => frequency)).toEqual([...drawnSigned.frequency]);
    expect(bySigned.shared).toBe(9);
    expect((await foundStability(task, signed, plan, { seed: 5, rank: "absolute" }))!.shared).toBeLessThan(9);
    expect(await foundStability(task, found, { rows: [], resamples: 120 })).toBeNull();
    expect(await foundStability(task, found, { rows, resamples: null })).toBeNull();
    const whole = { ...found, selected: found.scores.circuit(model.graph.edgeCount) };
    expect(await foundStability(task, whole, plan)).toMatchObject({
      ...{ stable: null, reason: expect.stringContaining("the whole graph") },
    });
    const alike = await foundStability(task, found, { rows: rows.map(() => rows[0]!), resamples: 120 });
    expect(alike).toMatchObject({ stable: null, reason: expect.stringMatching(/^all prompts have the same scores/) });
    await expect(foundStability(task, found, { rows: rows.slice(1), resamples: 120 })).rejects.toMatchObject({
      ...{ code: "bad-input", message: expect.stringMatching(/scores of 11 prompts, and the task 12/) },
    });
  });

  it("is told by a report, with what so few prompts cannot show, and counts prompts that are there again once", async () => {
    const again = [0, 1, 2].flatMap(() => prompts.prompts.slice(0, 4));
    const four = taskOf(new PromptLoader(again, { batchSize: 4 }));
    const plan = stabilityPlan(four, { ...how, resamples: 120 });
    const found = await findCircuit(four, plan.find);
    const stability = (await foundStability(four, found, plan))!;
    expect(stability).toMatchObject({
      ...{ promptCount: 12, distinct: 4, narrow: true, stable: null },
      reason: expect.stringMatching(/^4 distinct prompts are too few/),
    });
    const { stability: told } = await reportOf(four, found, { stability, curve: "none" });
    const [distinct, few, narrow] = stabilityNotes(stability);
    expect([distinct, few, narrow]).toEqual([
      expect.stringMatching(/^Of the 12 prompts 4 are distinct/),
      expect.stringMatching(/^4 prompts are few: .* `batchCount` takes more/),
      expect.stringMatching(/are too narrow/),
    ]);
    expect(told!.text).toBe(
      `How stable the circuit is cannot be said: ${stability.reason}. ${distinct} ${few} ${narrow}`,
    );
    const every = stabilityPlan(task, { ...how, resamples: 120 });
    const first = await findCircuit(task, every.find);
    const sure = (await foundStability(task, first, every))!;
    const { text, curve } = stabilityReport(sure, first.algorithm, []);
    expect(text).toMatch(
      /^With the 12 prompts drawn again 120 times, circuits of 9 edges share .* The circuit is (not )?stable:/,
    );
    expect(curve!.points).toHaveLength(sure.points.filter((point) => point.stable !== null).length);
  });

  it("is told of each edge that a report has, where others were left out too", async () => {
    const plan = stabilityPlan(task, { ...how, size: 12, prune: true, resamples: 120 });
    const found = await findCircuit(task, plan.find);
    expect(found.dangling).toBeGreaterThan(0);
    const stability = (await foundStability(task, found, plan))!;
    expect(stability.edges).toHaveLength(found.selected.size);
    const { circuit } = await reportOf(task, found, { stability, curve: "none" });
    expect(circuit).toHaveLength(found.circuit.size);
    for (const { edge, token, interval, frequency } of circuit) {
      const index = model.graph.index(edge, token);
      expect({ edge: index, interval, frequency }).toEqual(stability.edges.find((one) => one.edge === index));
    }
    const other = { ...stability, edges: [] };
    await expect(reportOf(task, found, { stability: other, curve: "none" })).rejects.toMatchObject({
      ...{ code: "bad-input", message: expect.stringMatching(/`stability` is of another circuit/) },
    });
  });
});
