import { afterEach, describe, expect, it } from "vitest";
import { Graph } from "./graph.ts";
import { graphLimits, setMaxEdges, usualMaxEdges } from "./graph-limits.ts";

const huge = { layers: 1e6, heads: 4, attnOnly: false, parallel: false };

afterEach(() => setMaxEdges());

describe("the limit of a graph's size", () => {
  it("refuses what is larger before anything is made, with the numbers and the way out", () => {
    for (const options of [{}, { separateQkv: false }, { factorized: false }, { seqLen: 1000 }])
      expect(() => Graph.of(huge, options)).toThrow(/1,000,000 layers of 4 heads.*at most .* are allowed/);
    expect(() => Graph.of({ ...huge, layers: 9000 })).toThrow(/raise the limit: `setMaxEdges\(\d+\)`/);
    expect(() => Graph.of({ ...huge, layers: 1e9 })).toThrow(/No machine holds that/);
    expect(() => Graph.of({ ...huge, layers: 2 }, { seqLen: 1e9 })).toThrow(
      /1,000,000,000 positions.*edges; at most 16,777,216/,
    );
  });

  it("can be raised, and lowered", () => {
    const small = { ...huge, layers: 2 };
    setMaxEdges(100);
    expect(graphLimits()).toEqual({ edgeCount: 100, nodeCount: 128 });
    expect(() => Graph.of(small)).toThrow(/has 110 edges; at most 100/);
    setMaxEdges(110);
    expect(Graph.of(small).edgeCount).toBe(110);
    setMaxEdges();
    expect(graphLimits().edgeCount).toBe(usualMaxEdges);
    expect(() => setMaxEdges(0.5)).toThrow(/whole number/);
  });

  it("allows the largest models in use", () => {
    const pythia = { layers: 32, heads: 32, attnOnly: false, parallel: true };
    expect(Graph.of(pythia, { separateQkv: false, seqLen: 20 }).edgeCount).toBe(20 * 542_257);
    expect(Graph.of({ layers: 80, heads: 64, kvHeads: 8, attnOnly: false, parallel: false }).edgeCount).toBeLessThan(
      usualMaxEdges,
    );
  });
});
