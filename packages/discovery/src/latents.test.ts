import type { PatchableModel } from "@autocircuit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TinyAutoencoders, tinyAutoencoders } from "../../core/test/tiny-autoencoders.ts";
import { randomTask, withModelAnswers } from "../test/random-model.ts";
import { type AlgorithmName, algorithms } from "./algorithms.ts";
import { nodeScores } from "./attribution/node-scores.ts";
import { edgeAttribution } from "./edge-attribution.ts";
import { fewestEdges } from "./fewest-edges/fewest-edges.ts";
import { maskGradient } from "./mask-gradient.ts";
import { ugs } from "./ugs/ugs.ts";

const task = randomTask({ seed: 3, promptCount: 6, batchSize: 6 });
let model: PatchableModel;
let both: PatchableModel;
let across: PatchableModel;
let stream: PatchableModel;
beforeAll(() => {
  const given = (made: TinyAutoencoders) => task.model.withAutoencoders(tinyAutoencoders(task.model.config, made));
  model = given({ input: "mlp_out", errors: true });
  both = given({ input: "mlp_out", errors: true, beside: [{ input: "z", counts: [0, 5] }] });
  across = given({ input: "mlp_in", errors: true, crossLayers: true });
  stream = given({ input: "resid_post", errors: true, beside: [{ input: "mlp_out", counts: [0, 4] }] });
});
afterAll(() => {
  stream.dispose();
  across.dispose();
  both.dispose();
  model.dispose();
  task.model.dispose();
});

/**
 * Scores added up by edge of the graph without latents: those of an MLP's latents and error, and those of all heads of block 1, in whose place
 * latents may stand; `across`: those of all MLPs, as latents may write to the output of any.
 */
function summed(of: PatchableModel, values: Float32Array, across = false): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { src, dest, index } of of.graph.edges()) {
    const part = src.name.replace(/ (Latent \d+|Error)$/, "").replace(/^A1\.\d+$/, "Attention 1");
    const name = across ? part.replace(/^MLP \d+$/, "MLPs") : part;
    sums.set(`${name}->${dest.name}`, (sums.get(`${name}->${dest.name}`) ?? 0) + values[index]!);
  }
  return sums;
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
  it.each(linear)("%s: what it gives the parts of an MLP or of heads adds up to what it gives these", async (name) => {
    const whole = await algorithms[name].discover(task.model, task.prompts, {});
    const largest = Math.max(...whole.values.map(Math.abs));
    // On its path the sources of one block move together: those of cross-layer latents write to other MLPs too, which is another path.
    const others = name === "eap-ig-activations" ? [] : [across];
    for (const latent of [model, both, ...others]) {
      const expected = summed(task.model, whole.values, latent === across);
      const parts = await algorithms[name].discover(latent, task.prompts, {});
      const found = summed(latent, parts.values, latent === across);
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [edge, value] of found)
        expect(Math.abs(value - expected.get(edge)!), edge).toBeLessThan(1e-4 * largest);
    }
  });

  const graphs: [string, () => PatchableModel][] = [
    ["of MLP outputs", () => model],
    ["of MLP outputs and heads", () => both],
    ["that write to later blocks", () => across],
    ["of the residual stream beside one MLP's", () => stream],
  ];
  describe.each(graphs)("with latents %s", (_, latent) => {
    it.each(["acdc", "activation-magnitude", "exact", "relp", "subnetwork-probing"] as const)(
      "%s runs",
      async (name) => {
        const { values } = await algorithms[name].discover(latent(), task.prompts, {});
        expect(new Set(values).size).toBeGreaterThan(1);
      },
    );

    it("ugs runs, though attention whose latents write has no heads that do", async () => {
      const { values } = await ugs(latent(), task.prompts, { epochs: 3 });
      expect(new Set(values).size).toBeGreaterThan(1);
    });

    it("fewestEdges finds a circuit", async () => {
      const { prompts } = await withModelAnswers({ ...task, model: latent() });
      const scores = await maskGradient(latent(), prompts);
      const found = await fewestEdges(latent(), prompts, [scores], { keep: 0.5, tries: 0 });
      expect(found.keptCount).toBeGreaterThanOrEqual(0.5);
    });
  });

  it.each(["edge-attribution", "mask-gradient"] as const)(
    "%s: what it gives all that leaves the stream behind a block adds up to what it gives all that goes in",
    async (name) => {
      const scores = await algorithms[name].discover(stream, task.prompts, {});
      const largest = Math.max(...scores.values.map(Math.abs));
      let [into, outOf] = [0, 0];
      for (const { src, dest, index } of stream.graph.edges()) {
        if (dest.name === "Resid Post 0") into += scores.values[index]!;
        if (src.name.startsWith("Resid Post 0 ")) outOf += scores.values[index]!;
      }
      expect(Math.abs(into)).toBeGreaterThan(1e-3 * largest);
      expect(Math.abs(into - outOf)).toBeLessThan(1e-4 * largest);
    },
  );

  it.each(linear)("%s runs with latents of the stream", async (name) => {
    const { values } = await algorithms[name].discover(stream, task.prompts, {});
    expect(new Set(values).size).toBeGreaterThan(1);
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
