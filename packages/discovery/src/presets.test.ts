import { describe, expect, it } from "vitest";
import { randomTask } from "../test/random-model.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import type { OptionSpec } from "./named-algorithm.ts";
import { type Preset, presets } from "./presets.ts";

const all = Object.entries<Preset>(presets);

it("are the 21 of AutoCircuit", () => {
  expect(all).toHaveLength(21);
  expect(new Set(all.map(([, { name, short }]) => `${name} ${short}`)).size).toBe(20);
});

describe.each(all)("%s", (_key, { algorithm, options }) => {
  it("sets what its algorithm takes, to what it may be", () => {
    const specs: readonly OptionSpec[] = algorithms[algorithm].options;
    for (const [name, value] of Object.entries(options)) {
      const spec = specs.find((spec) => spec.name === name);
      expect(spec, name).toBeDefined();
      if (spec?.choices) expect(spec.choices).toContain(value);
    }
  });
});

it("run", async () => {
  const { model, prompts } = randomTask({ promptCount: 4, batchSize: 4, seed: 3 });
  const knownEdges = ["A0.0->A1.1.Q", "A0.1->MLP 0"];
  const quick = { epochs: 1, samples: 1, taus: [1e-2], circuitSizes: ["true_size"] };
  for (const [key, { algorithm, options }] of all) {
    const own: Record<string, unknown> = { ...options };
    for (const [name, value] of Object.entries(quick)) if (name in own) own[name] = value;
    // Answers of this task are tokens, so nothing can be compared with them as numbers.
    if (own.answerFunction === "mean-squared-error" || own.target === "mean-squared-error") continue;
    if (algorithm === "ground-truth") own.edges = knownEdges;
    if (algorithm === "circuit-probing") own.knownEdges = knownEdges;
    const run = algorithms[algorithm as AlgorithmName].discover as (...args: unknown[]) => Promise<unknown>;
    await expect(run(model, prompts, own), key).resolves.toBeDefined();
  }
});
