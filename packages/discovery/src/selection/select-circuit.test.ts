import { PruneScores } from "@autocircuit/core";
import { afterAll, describe, expect, it } from "vitest";
import { randomTask } from "../../test/random-model.ts";
import { selectCircuit } from "./select-circuit.ts";
import { selectExact } from "./select-exact.ts";
import { selectGreedy } from "./select-greedy.ts";
import { selectTop } from "./select-top.ts";

const { model } = randomTask();
afterAll(() => model.dispose());
const scores = new PruneScores(
  model.graph,
  Float32Array.from({ length: model.graph.edgeCount }, (_, edge) => ((edge * 31) % 17) - 8),
);

describe("selectCircuit", () => {
  it("takes all that tie by the size of their scores, as AutoCircuit does, and says so", async () => {
    const { circuit, unproven, notes } = await selectCircuit(scores, 4);
    expect(circuit.indices).toEqual(scores.circuit(4).indices);
    expect(circuit.size).toBeGreaterThan(4);
    const least = Math.min(...[...circuit.indices].map((edge) => Math.abs(scores.values[edge]!)));
    const tied = scores.values.filter((value) => Math.abs(value) === least).length;
    const says = `${circuit.size} edges instead of the 4 asked for, because ${tied} edges tie for the last places`;
    expect([unproven, notes]).toEqual([false, [expect.stringContaining(says)]]);
    expect((await selectCircuit(scores, circuit.size)).notes).toEqual([]);
  });

  it("takes just so many by signed scores, and says what ties", async () => {
    const { circuit, notes } = await selectCircuit(scores, 4, { rank: "signed" });
    expect(circuit.indices).toEqual(selectTop(scores, 4, { rank: "signed", prune: false }).indices);
    expect(circuit.size).toBe(4);
    const last = Math.min(...[...circuit.indices].map((edge) => scores.values[edge]!));
    const left = scores.values.filter((value, edge) => value === last && !circuit.indices.includes(edge)).length;
    expect(left).toBeGreaterThan(0);
    expect(notes).toEqual([expect.stringContaining(`${left} more edges have the score ${last}`)]);
    expect((await selectCircuit(scores, scores.values.length, { rank: "signed" })).notes).toEqual([]);
  });

  it("goes the ways that there are, by either ranking", async () => {
    for (const rank of ["absolute", "signed"] as const) {
      const greedy = await selectCircuit(scores, 9, { select: "greedy", rank });
      expect(greedy.circuit.indices).toEqual(selectGreedy(scores, 9, { rank }).indices);
      const exact = await selectCircuit(scores, 9, { select: "exact", rank });
      expect(exact.circuit.indices).toEqual((await selectExact(scores, 9, { rank })).indices);
      expect([exact.unproven, exact.notes]).toEqual([false, []]);
    }
  });

  it("gives the greedy circuit where an exact selection has no time, and says so", async () => {
    const { circuit, unproven, notes } = await selectCircuit(scores, 9, { select: "exact", seconds: 1e-6 });
    expect(circuit.indices).toEqual(selectGreedy(scores, 9).indices);
    expect(unproven).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/nothing better was found in 0\.000001 s: .* no circuit of 9 edges/)]);
  });

  it("says why a circuit has fewer edges than it was to have", async () => {
    const [, toNothing] = ["Resid Start->Resid End", "A0.0->Resid End"].map((name) => model.graph.index(name));
    // The best edge comes from a head that nothing leads into: what does is last.
    const values = Float32Array.from(model.graph.edges(), ({ index, dest }) =>
      index === toNothing ? 9 : dest.kind === "end" ? 1 : 0.1,
    );
    const idle = new PruneScores(model.graph, values);
    const greedy = await selectCircuit(idle, 2, { select: "greedy" });
    expect(greedy.circuit.size).toBe(1);
    const why =
      /^The circuit has 1 edge, not 2: greedy selection took as many as lead to the output, .* left out again/;
    expect(greedy.notes).toEqual([expect.stringMatching(why)]);
    const late = await selectCircuit(idle, 2, { select: "exact", seconds: 1e-6 });
    expect(late.notes).toEqual([expect.stringMatching(/nothing better was found/), expect.stringMatching(why)]);
    const negative = new PruneScores(
      model.graph,
      values.map((value) => -value),
    );
    const exact = await selectCircuit(negative, 3, { select: "exact", rank: "signed" });
    expect(exact.circuit.size).toBe(1);
    expect(exact.notes).toEqual([expect.stringMatching(/has 1 edge, not 3: none of at most as many has a larger sum/)]);
  });
});
