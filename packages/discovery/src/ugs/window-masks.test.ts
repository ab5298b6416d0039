import { Graph } from "@autocircuit/core";
import { grad, Tensor } from "@autocircuit/native";
import { describe, expect, it } from "vitest";
import { seededNoise } from "../masks/noise.ts";
import { complexityTerm, nodeComplexity } from "./complexity.ts";
import { liveMasks } from "./live-masks.ts";
import { windowMasks, windowWeights } from "./window-masks.ts";

const numbers = async (tensor: Tensor) => Array.from(await tensor.data(), Number);

describe("windowMasks", () => {
  it("is kept as often as it should be, and in its window in between", async () => {
    const rows = 20_000;
    const alpha = Tensor.from([-1, 0, 2]);
    const noise = Tensor.from(seededNoise(5)({ use: "mask", step: 0, pass: 0, rows, edgeCount: 3 }), {
      shape: [rows, 3],
    });
    const masks = windowMasks(alpha, noise);
    const mean = await numbers(masks.mean(0));
    const weights = await numbers(windowWeights(masks));
    [-1, 0, 2].forEach((value, edge) => {
      const p = 1 / (1 + Math.exp(-value));
      expect(Math.abs(mean[edge]! - p)).toBeLessThan(0.01);
      // The window's width is its probability.
      expect(Math.abs(1 / weights[edge]! - p * (1 - p))).toBeLessThan(0.01);
    });
  });

  it("the gradient is p (1 - p) inside the window, times the weight", async () => {
    const alpha = Tensor.from([0, 0, 0], { dtype: "float64" }).requireGrad();
    const noise = Tensor.from([[0.5, 0.1, 0.9]], { dtype: "float64" });
    const weights = Tensor.from([3, 3, 3], { dtype: "float64" });
    expect(await numbers(windowMasks(alpha, noise))).toEqual([0.5, 1, 0]);
    expect(await numbers(windowMasks(alpha, noise, weights))).toEqual([0.5, 1, 0]);
    const [gradient] = grad(windowMasks(alpha, noise, weights).sum(), [alpha]);
    expect(await numbers(gradient!)).toEqual([0.75, 0, 0]);
  });

  it("log-odds far out give numbers, with their gradients", async () => {
    const alpha = Tensor.from([200, -200, 90]).requireGrad();
    const masks = windowMasks(alpha, Tensor.from([[0, 0, 0.999]]));
    const [gradient] = grad(masks.sum(), [alpha]);
    expect((await numbers(masks)).every(Number.isFinite)).toBe(true);
    expect((await numbers(gradient!)).every(Number.isFinite)).toBe(true);
  });

  it("no sample inside the window weighs nothing", async () => {
    expect(
      await numbers(
        windowWeights(
          Tensor.from([
            [0, 0.5],
            [1, 1],
          ]),
        ),
      ),
    ).toEqual([0, 2]);
  });
});

describe("what a sample costs and keeps", () => {
  const graph = Graph.of({ layers: 1, heads: 4, kvHeads: 2, attnOnly: true, parallel: false });

  it("each sample keeps its own paths", async () => {
    const row = (edges: string[]) =>
      Array.from({ length: graph.edgeCount }, (_, e) => (edges.includes(graph.edge(e).name) ? 0.4 : 0));
    const path = ["Resid Start->A0.0.V", "A0.1->Resid End"];
    const masks = Tensor.from([row(path), row(["Resid Start->A0.1.V", "A0.0->Resid End"]), row(["A0.0->Resid End"])]);
    const live = await numbers(await liveMasks(graph, masks));
    const of = (sample: number) => live.slice(sample * graph.edgeCount, (sample + 1) * graph.edgeCount);
    expect(
      of(0)
        .flatMap((kept, e) => (kept === 1 ? [graph.edge(e).name] : []))
        .toSorted(),
    ).toEqual(path.toSorted());
    expect(of(1).every((kept) => kept === 0)).toBe(true);
    expect(of(2).every((kept) => kept === 0)).toBe(true);
  });

  it("by hand: heads that share keys and values each have their edges", async () => {
    // All edges at a half: a head has one out, and into it queries, keys and values, 2 in all.
    const p = Tensor.full([graph.edgeCount], 0.5);
    expect(await nodeComplexity(p, graph).item()).toBeCloseTo(4 * 2 * Math.tanh((2 * 2) / 4), 5);
    const term = complexityTerm(Tensor.zeros([graph.edgeCount]), graph, { lambda: 0.1, nodeLambda: 0.01 });
    const expected = 0.1 * 0.5 * graph.edgeCount + 0.01 * 8 * Math.tanh(1);
    expect(await term.item()).toBeCloseTo(expected, 5);
  });
});
