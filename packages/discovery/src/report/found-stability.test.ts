import { LoadedTask, PromptLoader } from "@autocircuit/core";
import { bootstrapCircuits } from "@autocircuit/metrics";
import { afterAll, describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { findCircuit } from "../find-circuit/find-circuit.ts";
import { foundStability } from "./found-stability.ts";
import { reportOf } from "./report-of.ts";
import { stabilityPlan } from "./stability-plan.ts";
import { stabilityNotes, stabilityReport } from "./stability-report.ts";

const { model, prompts } = randomTask({ promptCount: 12, batchSize: 4, seed: 3 });
afterAll(() => model.dispose());
const how = { algorithm: "eap-ig-inputs", size: 9 } as const;

function taskOf(train: PromptLoader): LoadedTask {
  const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
  return new LoadedTask(definition, { model, train, test: prompts, knownEdges: null, sharedPrefix: null }, () => {});
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
    ["ranks", { ...how, options: { normalise: "rank" } }],
    ["ablate-from", { ...how, options: { ablateFrom: "clean" } }],
  ] as const)("says why there are no scores of single prompts: %s", (reason, options) => {
    expect(stabilityPlan(task, options)).toMatchObject({ resamples: null, reason });
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
    const rows: Float32Array[] = [];
    const found = await findCircuit(task, {
      ...how,
      options: { onPrompt: (scores: Float32Array) => void rows.push(scores) },
    });
    const stability = (await foundStability(found, rows, { resamples: 120, seed: 5 }))!;
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
    const bySigned = (await foundStability(signed, rows, { resamples: 120, seed: 5 }))!;
    const signedEdges = [...signed.circuit.indices];
    const asked = { edges: signedEdges, size: 9, sizes, resamples: 120, seed: 5, rank: "signed" } as const;
    const drawnSigned = await bootstrapCircuits(rows, asked);
    expect(bySigned.points).toEqual(drawnSigned.points);
    expect(bySigned.edges.map(({ frequency }) => frequency)).toEqual([...drawnSigned.frequency]);
    expect(bySigned.shared).toBe(9);
    expect((await foundStability(signed, rows, { resamples: 120, seed: 5, rank: "absolute" }))!.shared).toBeLessThan(9);
    expect(await foundStability(found, [])).toBeNull();
    const whole = await foundStability({ ...found, circuit: found.scores.circuit(model.graph.edgeCount) }, rows);
    expect(whole).toMatchObject({ stable: null, reason: expect.stringContaining("the whole graph") });
    const alike = await foundStability(
      found,
      rows.map(() => rows[0]!),
    );
    const promptNumbers = rows.map((_, row) => row % 4);
    const few = await foundStability(found, rows, { resamples: 120, promptNumbers });
    expect(few).toMatchObject({
      ...{ promptCount: 12, distinct: 4, narrow: true, stable: null },
      reason: expect.stringMatching(/^4 distinct prompts are too few/),
    });
    expect(alike).toMatchObject({ stable: null, reason: expect.stringMatching(/^all prompts have the same scores/) });
  });

  it("is told by a report, with what so few prompts cannot show", async () => {
    const rows: Float32Array[] = [];
    const options = { onPrompt: (scores: Float32Array) => void rows.push(scores) };
    const found = await findCircuit(task, { ...how, options });
    const promptNumbers = rows.map((_, row) => row % 4);
    const stability = (await foundStability(found, rows, { resamples: 120, promptNumbers }))!;
    const { stability: told } = await reportOf(task, found, { stability, curve: "none" });
    const [distinct, few, narrow] = stabilityNotes(stability);
    expect([distinct, few, narrow]).toEqual([
      expect.stringMatching(/^Of the 12 prompts 4 are distinct/),
      expect.stringMatching(/^4 prompts are few: .* `batchCount` takes more/),
      expect.stringMatching(/are too narrow/),
    ]);
    expect(told!.text).toBe(
      `How stable the circuit is cannot be said: ${stability.reason}. ${distinct} ${few} ${narrow}`,
    );
    const sure = (await foundStability(found, rows, { resamples: 120, seed: 5 }))!;
    const { text, curve } = stabilityReport(sure, found.algorithm, []);
    expect(text).toMatch(
      /^With the 12 prompts drawn again 120 times, circuits of 9 edges share .* The circuit is (not )?stable:/,
    );
    expect(curve!.points).toHaveLength(sure.points.filter((point) => point.stable !== null).length);
  });
});
