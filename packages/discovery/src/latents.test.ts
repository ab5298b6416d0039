import type { PatchableModel } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { randomTask, withModelAnswers } from "../test/random-model.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import { nodeScores } from "./attribution/node-scores.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { fewestEdges } from "./fewest-edges/fewest-edges.ts";
import { maskGradient } from "./mask-gradient.ts";

const task = randomTask({ seed: 3, prompts: 6, batchSize: 6 });
let model: PatchableModel;
beforeAll(() => {
  model = task.model.withAutoencoders(tinyAutoencoders(task.model.config, { input: "mlp_out", errors: true }));
});
afterAll(() => {
  model.dispose();
  task.model.dispose();
});

/** Scores of an MLP's latents and error added up, by edge of the graph without latents. */
function summed(values: Float32Array): Float32Array {
  const sum = new Float32Array(task.model.graph.edgeCount);
  for (const { src, dest, index } of model.graph.edges())
    sum[task.model.graph.index(`${src.name.replace(/ (Latent \d+|Error)$/, "")}->${dest.name}`)]! += values[index]!;
  return sum;
}

describe("algorithms on a graph of latents", () => {
  const linear: AlgorithmName[] = [
    ...([
      "edge-attribution",
      "mask-gradient",
      "eap-ig-inputs",
      "eap-ig-activations",
      "clean-corrupted",
      "ceap",
    ] as const),
  ];
  it.each(linear)("%s: what it gives the parts of an MLP adds up to what it gives the MLP", async (name) => {
    const whole = await algorithms[name].discover(task.model, task.prompts, {});
    const parts = await algorithms[name].discover(model, task.prompts, {});
    const found = summed(parts.values);
    const largest = Math.max(...whole.values.map(Math.abs));
    found.forEach((value, edge) => {
      expect(Math.abs(value - whole.values[edge]!)).toBeLessThan(1e-4 * largest);
    });
  });

  it.each(["acdc", "activation-magnitude", "exact", "relp", "subnetwork-probing"] as const)("%s runs", async (name) => {
    const { values } = await algorithms[name].discover(model, task.prompts, {});
    expect(new Set(values).size).toBeGreaterThan(1);
  });

  it("fewestEdges finds a circuit", async () => {
    const { prompts } = await withModelAnswers({ ...task, model });
    const scores = await maskGradient(model, prompts);
    const found = await fewestEdges(model, prompts, [scores], { keep: 0.5, tries: 0 });
    expect(found.kept).toBeGreaterThanOrEqual(0.5);
  });

  it("what looks at vectors refuses them", async () => {
    for (const name of ["eap-gp", "information-flow-routes"] as const)
      await expect(algorithms[name].discover(model, task.prompts, {})).rejects.toThrow(
        /latents of autoencoders are kept as numbers/,
      );
    await expect(nodeScores(model, task.prompts)).rejects.toThrow(/latents of autoencoders are kept as numbers/);
    await expect(edgeAttribution(model, task.prompts)).resolves.toBeDefined();
  });
});
