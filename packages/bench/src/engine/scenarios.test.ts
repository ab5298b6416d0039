import { describe, expect, it } from "vitest";
import { randomModel, randomPrompts } from "./random-model.ts";
import { makeScenarios, scenarioNames } from "./scenarios.ts";
import { FULL, QUICK } from "./specs.ts";

describe("scenarios", () => {
  it("cover plain, sources, edges and trees of all sizes, edges by token, attribution, probing, ACDC and a small model", () => {
    expect(scenarioNames(FULL)).toEqual([
      "plain",
      "plain-by-library",
      "sources",
      ...[10, 100, 1000, 16000, 32491].flatMap((count) => [`patched-edge-${count}`, `patched-tree-${count}`]),
      "patched-by-token",
      "6-tree-sizes",
      "edge-attribution",
      "probing-epoch",
      "plain-acdc",
      "plain-acdc-by-library",
      "acdc-per-edge",
      "plain-small",
      "plain-small-by-library",
      "small-acdc-per-edge",
    ]);
  });

  it("all run, and name a plain pass to compare with", async () => {
    const scenarios = await makeScenarios(QUICK, scenarioNames(QUICK));
    const names = scenarios.map(({ name }) => name);
    expect(names).toEqual(scenarioNames(QUICK));
    for (const { plain, run, per } of scenarios) {
      expect(names).toContain(plain);
      expect(per).toBeGreaterThanOrEqual(1);
      await run();
    }
  });
});

describe("randomModel", () => {
  it("has the graph of GPT-2 small at full size", () => {
    const { layers, heads } = FULL.forward;
    // 12 layers: Q, K, V of 12 heads and an MLP each read everything before them.
    let edgeCount = 1 + layers * (heads + 1);
    for (let l = 0; l < layers; l++) edgeCount += 3 * heads * (1 + l * (heads + 1)) + (1 + l * (heads + 1) + heads);
    expect(edgeCount).toBe(32491);
  });

  it("gives finite logits that depend on the prompt", async () => {
    using model = randomModel(QUICK.forward);
    using prompts = randomPrompts(QUICK.forward);
    using clean = await model.forward(prompts.batches[0]!.clean);
    using corrupt = await model.forward(prompts.batches[0]!.corrupt);
    expect(clean.shape).toEqual([QUICK.forward.promptCount, QUICK.forward.vocab]);
    const values = (await clean.data()) as Float32Array;
    expect(values.every(Number.isFinite)).toBe(true);
    using difference = clean.sub(corrupt).abs().max();
    expect(await difference.item()).toBeGreaterThan(0.01);
  });
});
