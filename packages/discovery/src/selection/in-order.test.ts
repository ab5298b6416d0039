import { PruneScores } from "@autocircuit/core";
import { expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { scoresInOrder } from "./in-order.ts";
import { selectTop } from "./select-top.ts";

const { graph } = randomTask({ layers: 1, attnOnly: true }).model;
const values = Float32Array.from({ length: graph.edgeCount }, (_, edge) => [0, 3, -5, 0, 2, -1, 3][edge % 7]!);
values[0] = Number.NEGATIVE_INFINITY;
const scores = new PruneScores(graph, values);

it("sizes of scores go by the scores themselves, and tie where these do", () => {
  const signed = scoresInOrder(scores, "signed");
  for (const [a, one] of values.entries())
    for (const [b, other] of values.entries())
      expect(Math.sign(signed.values[a]! - signed.values[b]!)).toBe(one === other ? 0 : Math.sign(one - other));
  const positive = values.filter((value) => value > 0).length;
  expect([...signed.circuit(positive).indices]).toEqual([
    ...selectTop(scores, positive, { rank: "signed", prune: false }).indices,
  ]);
  // One edge more is all that have its score.
  const zeros = values.filter((value) => value === 0).length;
  expect(signed.circuit(positive + 1).size).toBe(positive + zeros);
  expect(scoresInOrder(scores, "absolute")).toBe(scores);
});

it("a score that is NaN has no place", () => {
  const broken = new PruneScores(graph, values.with(1, Number.NaN));
  expect(() => scoresInOrder(broken, "signed")).toThrow(/is NaN: it has no rank/);
});
