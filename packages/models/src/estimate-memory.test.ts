import { Graph } from "@autocircuit/core";
import { describe, expect, it } from "vitest";
import { huggingFace } from "../test/fixtures.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { readConfig } from "./read-config.ts";

describe("the estimate of a run's memory", () => {
  it("counts the sources of the model's graph", async () => {
    for (const name of ["gpt2", "llama", "gpt_neox"]) {
      const config = await readConfig(huggingFace(name));
      const { sourceOutputs, ablation } = estimateMemory(config, 3, 5);
      expect(sourceOutputs).toBe(Graph.of(config).sources.length * 3 * 5 * config.dModel * 4);
      expect(ablation).toBe(sourceOutputs);
    }
  });

  it("needs no graph that could be made", async () => {
    const config = { ...(await readConfig(huggingFace("gpt2"))), layers: 100_000 };
    expect(() => Graph.of(config)).toThrow(/are allowed/);
    expect(estimateMemory(config, 1, 1).sourceOutputs).toBe((1 + 100_000 * (config.heads + 1)) * config.dModel * 4);
  });
});
