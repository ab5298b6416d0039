import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, test } from "vitest";
import { averagePrecision, precisionRecall } from "./precision-recall.ts";
import { rocCurve } from "./roc.ts";

const graph = Graph.of({ layers: 1, heads: 1, attnOnly: true, parallel: false });
// Resid Start -> Q, K, V; Resid Start, A0.0 -> Resid End
const circuit = ["Resid Start->A0.0.V", "A0.0->Resid End"];

function scored(values: Record<string, number>): PruneScores {
  const scores = new PruneScores(graph);
  for (const [edge, value] of Object.entries(values)) scores.set(edge, value);
  return scores;
}

const scores = scored({ "A0.0->Resid End": -3, "Resid Start->A0.0.Q": 2, "Resid Start->A0.0.V": 1 });

describe("precisionRecall", () => {
  test("every size a threshold can give", () => {
    expect(precisionRecall(scores, circuit).map((point) => [point.size, point.precision, point.recall])).toEqual([
      [0, 1, 0],
      [1, 1, 0.5],
      [2, 0.5, 0.5],
      [3, 2 / 3, 1],
      [5, 2 / 5, 1],
    ]);
  });

  test("chosen sizes, ties included", () => {
    expect(precisionRecall(scores, circuit, { sizes: [2, 4, 9] }).map((point) => point.size)).toEqual([2, 5]);
  });

  test("average precision by hand", () => {
    expect(averagePrecision(scores, circuit)).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
    expect(averagePrecision(scores, [])).toBeNaN();
  });
});

describe("rocCurve of prune scores", () => {
  test("takes edges by name and by token", () => {
    expect(rocCurve(scores, circuit).auroc).toBeCloseTo((1 + 2 / 3) / 2, 12);
    const byToken = new PruneScores(graph.byToken(2));
    byToken.set("A0.0->Resid End", 1, 1);
    expect(rocCurve(byToken, [["A0.0->Resid End", 1]]).auroc).toBe(1);
  });

  test("an unknown edge is an error", () => {
    expect(() => rocCurve(scores, ["A9.0->Resid End"])).toThrow(/no edge/);
  });
});
