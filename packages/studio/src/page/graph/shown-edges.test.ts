import { describe, expect, it } from "vitest";
import { Ranking } from "./ranking.ts";
import { circuitEdges, shownEdges, status } from "./shown-edges.ts";

const ranking = new Ranking(Float32Array.of(1, 5, 2, 4, 3));

describe("the circuit", () => {
  it("has what was put in and not what was taken out", () => {
    expect(Array.from(circuitEdges(5, ranking, 2, [0, 1], [3])).sort()).toEqual([0, 1]);
    expect(Array.from(circuitEdges(5, ranking, 2, [3], [3]))).toEqual([1]);
    expect(Array.from(circuitEdges(5, null, null, [], [4]))).toEqual([0, 1, 2, 3]);
  });
});

describe("what is shown", () => {
  it("tells what two circuits have in common, the most important last", () => {
    const shown = shownEdges(Uint32Array.of(1, 3), Uint32Array.of(3, 2));
    expect(Array.from(shown.edges)).toEqual([2, 3, 1]);
    expect(Array.from(shown.status)).toEqual([status.missed, status.both, status.extra]);
    expect(shown.counts).toEqual([0, 1, 1, 1]);
    expect(shown.strength[2]).toBe(1);
  });
});
