import { Graph, LoadedTask } from "@autocircuit/core";
import { estimateMemory } from "@autocircuit/models";
import { expect, it } from "vitest";
import { randomTask, withModelAnswers } from "../../test/random-model.ts";
import { discoveryMemory } from "./discovery-memory.ts";
import { findCircuit } from "./find-circuit.ts";
import type { FindCircuitOptions } from "./find-circuit-options.ts";
import { runShape } from "./run-shape.ts";

const { model, prompts } = await withModelAnswers(randomTask({ promptCount: 12, batchSize: 4, seed: 9 }));
const definition = { key: "random", name: "random", batchSize: 4, batchCount: 3, model, prompts: { prompts: [] } };
const parts = { model, train: prompts, test: prompts, knownEdges: null, sharedPrefix: null };
const task = new LoadedTask(definition, parts, () => undefined);
const seqLen = Math.max(...prompts.batches.map((batch) => batch.seqLen));

it("is what the plan's run takes beside the weights", async () => {
  const { config, outputSlice } = model;
  expect([outputSlice, Graph.of(config).edgeCount > 0]).toEqual(["last_seq", true]);
  for (const options of [{ algorithm: "acdc" }, { algorithm: "edge-attribution", size: 3 }] as const) {
    const { circuitCount, sliced } = runShape(task, options);
    const { total, weights } = estimateMemory(config, sliced ? 4 : 4 * circuitCount, seqLen, { outputs: 1 });
    const memory = await discoveryMemory(task, options);
    expect(memory).toMatchObject({ needed: total - weights, batchSize: 4, seqLen, circuitCount, fits: true });
    expect(memory.fitting).toEqual({ circuitCount, batchSize: 4 });
    expect(memory.free).toBeGreaterThan(memory.needed);
  }
});

it("is asked for before a discovery begins, which goes on all the same where that is said", async () => {
  for (const options of [{ algorithm: "acdc" }, { algorithm: "edge-attribution", size: 3 }] as const) {
    const { needed, circuitCount } = await discoveryMemory(task, options);
    const steps: string[] = [];
    const find = (more: FindCircuitOptions) =>
      findCircuit(task, { ...options, ...more, onProgress: ({ step }) => steps.push(step) });
    const refused = find({ free: needed - 1 });
    await expect(refused).rejects.toMatchObject({ code: "out-of-memory" });
    await expect(refused).rejects.toThrow(
      new RegExp(
        `^Not enough memory: a run of 4 prompts of ${seqLen} tokens${circuitCount > 1 ? `, ${circuitCount} circuits at once,` : ""} needs about .* beside the ` +
          "model, but only .* are free\\. Lower the .*: `\\w+: \\d`.*`free: Infinity`",
      ),
    );
    await expect(find({ free: 1 })).rejects.toThrow(/Not even one prompt fits/);
    expect(steps).toEqual([]);
    const found = await find({ free: needed });
    expect(steps.length).toBeGreaterThan(0);
    const same = await find({ free: Number.POSITIVE_INFINITY });
    expect(same.circuit.indices).toEqual(found.circuit.indices);
  }
});
