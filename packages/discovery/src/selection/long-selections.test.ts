import { type Circuit, Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, test } from "vitest";
import { selectExact, type UnprovenBest } from "./select-exact.ts";
import { selectGreedy } from "./select-greedy.ts";

describe("an exact selection that takes long", () => {
  const large = Graph.of({ layers: 8, heads: 8, attnOnly: false, parallel: false });
  // Scores that cancel leave the relaxation far from whole numbers, so that seconds prove nothing.
  const hard = new PruneScores(
    large,
    Float32Array.from({ length: large.edgeCount }, (_, edge) => Math.sin(edge * 12.9898 + 1) ** 3),
  );

  test("leaves the event loop free, and stops when told", async () => {
    const abort = new AbortController();
    let turns = 0;
    const turning = setInterval(() => turns++, 20);
    const search = selectExact(hard, 300, { rank: "signed", signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(turns).toBeGreaterThan(5);
    abort.abort();
    await expect(search).rejects.toMatchObject({ code: "aborted" });
    clearInterval(turning);
    await expect(selectExact(hard, 300, { signal: abort.signal })).rejects.toMatchObject({ code: "aborted" });
  });

  test("without time is refused, or gives the best so far and says how good it is", async () => {
    await expect(selectExact(hard, 300, { rank: "signed", seconds: 0.01 })).rejects.toThrow(/not found in 0\.01 s/);
    const said: UnprovenBest[] = [];
    // As little time as gives a circuit on this machine is too little to prove that none is better.
    let found: Circuit | undefined;
    for (let seconds = 0.1; found === undefined; seconds *= 1.5)
      found = await selectExact(hard, 300, { rank: "signed", seconds, onUnproven: (best) => said.push(best) }).catch(
        (error: Error) => {
          if (/not found in/.test(error.message)) return undefined;
          throw error;
        },
      );
    const sum = (circuit: Circuit) =>
      Array.from(circuit.indices, (edge) => hard.values[edge]!).reduce((a, b) => a + b, 0);
    expect(said).toHaveLength(1);
    expect(said[0]!.total).toBeCloseTo(sum(found), 3);
    expect(said[0]!.bound).toBeGreaterThanOrEqual(said[0]!.total);
    // The search begins with the greedy circuit.
    expect(sum(found)).toBeGreaterThanOrEqual(sum(selectGreedy(hard, 300, { rank: "signed" })) - 1e-4);
  }, 60_000);
});

describe("an exact selection on a graph of tens of thousands of edges", () => {
  const huge = Graph.of({ layers: 12, heads: 12, attnOnly: false, parallel: false });
  const many = new PruneScores(
    huge,
    Float32Array.from({ length: huge.edgeCount }, (_, edge) => Math.sin(edge * 12.9898 + 1) ** 3),
  );
  const total = (circuit: Circuit) =>
    Array.from(circuit, ({ index }) => Math.abs(many.values[index]!)).reduce((a, b) => a + b, 0);
  const largest = many.values
    .map(Math.abs)
    .sort((a, b) => b - a)
    .subarray(0, 1000);
  const trivial = largest.reduce((sum, size) => sum + size, 0);

  test.each([0.01, 0.2, 2])(
    "keeps to %d s, and gives at least the greedy circuit, with a bound",
    async (seconds) => {
      const said: UnprovenBest[] = [];
      const began = performance.now();
      const found = await selectExact(many, 1000, { seconds, onUnproven: (best) => said.push(best) });
      expect((performance.now() - began) / 1000).toBeLessThan(seconds + 4);
      const [best] = said;
      expect(best!.total).toBeCloseTo(total(found), 3);
      expect(best!.bound).toBeGreaterThanOrEqual(best!.total);
      expect(best!.bound).toBeLessThanOrEqual(trivial * (1 + 1e-6));
      const greedy = selectGreedy(many, 1000);
      if (best!.greedy) expect(found.indices).toEqual(greedy.indices);
      else expect(total(found)).toBeGreaterThan(total(greedy));
      // The solver has not even read the program by then.
      if (seconds === 0.01) expect(best).toMatchObject({ greedy: true, seconds });
    },
    30_000,
  );

  test("does not give a greedy circuit that has too few positive scores", async () => {
    const negative = new PruneScores(
      huge,
      many.values.map((value, edge) => (edge % 100 === 0 ? 1e-3 : -Math.abs(value))),
    );
    const options = { seconds: 0.01, positive: 0.1, onUnproven: () => undefined };
    await expect(selectExact(negative, 1000, options)).rejects.toThrow(/not found in 0\.01 s .*Allow more time/);
  });
});
