import { describe, expect, it } from "vitest";
import { randomModel } from "../engine/random-model.ts";
import { FULL, QUICK } from "../engine/specs.ts";
import { floorSeconds, graphSize, leastWork } from "./floor.ts";

describe("graphSize", () => {
  it.each([QUICK.forward, QUICK.acdc])("counts what the graph has: %o", (spec) => {
    using model = randomModel(spec);
    const { graph } = model;
    expect(graphSize(spec)).toEqual({ sourceCount: graph.sources.length, edgeCount: graph.edgeCount });
  });
});

describe("leastWork", () => {
  const spec = FULL.forward;

  it("of GPT-2 small's plain forward is what is counted by hand", () => {
    // 11 layers of 7.1 million weights and a third of that at 240 positions, 2 operations each; 16 rows of logits.
    expect(leastWork(spec, "plain", 0).flop / 1e9).toBeCloseTo(39.5, 0);
    expect(leastWork(spec, "plain", 0).bytes / 2 ** 20).toBeCloseTo(471, 0);
  });

  it("of attribution has all edges' inner products", () => {
    const { flop } = leastWork(spec, "edge-attribution", 0);
    const without = 3 * leastWork(spec, "plain", 0).flop;
    expect((flop - without) / 1e9).toBeGreaterThan(9);
    expect((flop - without) / 1e9).toBeLessThan(12.1);
  });

  it("grows with patched edges, and in memory with their sources at most", () => {
    const few = leastWork(spec, "patched", 1);
    const many = leastWork(spec, "patched", 32491);
    expect(many.flop - few.flop).toBe(2 * 32490 * 240 * 768);
    expect((many.bytes - few.bytes) / (3 * 4 * 240 * 768)).toBe(156);
  });
});

describe("floorSeconds", () => {
  it("is bound by sums or by memory", () => {
    const rates = { flopPerSecond: 100, bytesPerSecond: 10 };
    expect(floorSeconds({ flop: 1000, bytes: 10, resident: 0 }, rates)).toBe(10);
    expect(floorSeconds({ flop: 1000, bytes: 500, resident: 0 }, rates)).toBe(50);
  });
});
