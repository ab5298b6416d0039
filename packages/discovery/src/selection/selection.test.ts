import { Graph, PruneScores } from "@autocircuit/core";
import { describe, expect, test } from "vitest";
import { edgesOfShare } from "./circuit-size.ts";
import { selectByShare } from "./select-by-share.ts";
import { selectExact } from "./select-exact.ts";
import { selectGreedy } from "./select-greedy.ts";
import { selectTop } from "./select-top.ts";

const graph = Graph.of({ layers: 2, heads: 2, attnOnly: false, parallel: false });

function scored(score: (edge: number) => number): PruneScores {
  return new PruneScores(
    graph,
    Float32Array.from({ length: graph.edgeCount }, (_, edge) => score(edge)),
  );
}

/** A generator of numbers from -1 to 1 without two of equal size. */
const mixed = scored((edge) => Math.sin(edge * 12.9898 + 1));

const total = (scores: PruneScores, circuit: Iterable<{ index: number }>) =>
  Array.from(circuit, ({ index }) => Math.abs(scores.values[index]!)).reduce((a, b) => a + b, 0);

describe("selections", () => {
  test("a share of edges is rounded down, but for what rounding alone makes less", () => {
    // 0.29 * 100 is less than 29 in floating point.
    expect([edgesOfShare(0.29, 100), edgesOfShare(0.2, 77), edgesOfShare(0.005, 70_651)]).toEqual([29, 15, 353]);
  });

  test("sizes by number, share and threshold agree", () => {
    const rank = { prune: false };
    const ten = selectTop(mixed, 10, rank);
    expect(ten.size).toBe(10);
    expect(selectTop(mixed, { share: 10.5 / graph.edgeCount }, rank).indices).toEqual(ten.indices);
    expect(selectTop(mixed, { threshold: mixed.threshold(10) }, rank).indices).toEqual(ten.indices);
  });

  test("signed selections leave harmful edges for last", () => {
    const signed = selectTop(mixed, 10, { rank: "signed", prune: false });
    for (const { index } of signed) expect(mixed.values[index]!).toBeGreaterThan(0);
  });

  test("every edge that greedy takes leads to the output", () => {
    const circuit = selectGreedy(mixed, 12, { prune: false });
    expect(circuit.size).toBe(12);
    const sources = new Set(Array.from(circuit, ({ src }) => `${src.kind}${src.block}.${src.head}`));
    for (const { dest } of circuit)
      if (dest.kind !== "end")
        expect(sources).toContain(dest.kind === "mlp" ? `mlp${dest.block}.null` : `head${dest.block}.${dest.head}`);
  });

  test("a share of 1 is the signed selection, of 0 the absolute one", () => {
    const rank = { prune: false };
    expect(selectByShare(mixed, 10, 1, rank).indices).toEqual(
      selectTop(mixed, 10, { rank: "signed", ...rank }).indices,
    );
    expect(selectByShare(mixed, 10, 0, rank).indices).toEqual(selectTop(mixed, 10, rank).indices);
  });

  test("the exact selection does not depend on the unit of the scores", async () => {
    const sizes = [5, 8, 12];
    const best = await Promise.all(sizes.map((size) => selectExact(mixed, size)));
    const better = sizes.filter((size, i) => total(mixed, best[i]!) > total(mixed, selectGreedy(mixed, size)) + 1e-6);
    expect(better).not.toEqual([]);
    for (const unit of [2 ** -60, 2 ** -30, 2 ** 30]) {
      const scaled = scored((edge) => unit * mixed.values[edge]!);
      for (const [i, size] of sizes.entries())
        expect((await selectExact(scaled, size)).indices).toEqual(best[i]!.indices);
    }
  });

  test("edges that are marked as not in the circuit are not taken", () => {
    const few = scored((edge) => (edge < 4 ? edge : Number.NEGATIVE_INFINITY));
    for (const select of [selectTop, selectGreedy])
      for (const size of [5, { share: 1 }]) expect(() => select(few, size)).toThrow(/only 4 have a score/);
    expect(selectTop(few, 4, { prune: false }).size).toBe(4);
    expect(() => selectTop(mixed, { share: 0.5, threshold: 1 } as never)).toThrow(/\{ share \} from 0 to 1/);
  });

  test("preferred edges come first", () => {
    const circuit = selectTop(mixed, 1, { preferred: ["Resid Start->Resid End"] });
    expect(Array.from(circuit, String)).toEqual(["Resid Start->Resid End"]);
  });

  test("exact is never worse than greedy, and connected", async () => {
    for (const size of [3, 8]) {
      const best = await selectExact(mixed, size);
      expect(best.size).toBeLessThanOrEqual(size);
      expect(total(mixed, best)).toBeGreaterThanOrEqual(total(mixed, selectGreedy(mixed, size)) - 1e-6);
    }
  });
});

describe("an exact selection with a share of positive scores", () => {
  const small = Graph.of({ layers: 1, heads: 2, attnOnly: false, parallel: false });
  const edges = [...small.edges()];
  const nodeOf = (name: string) => name.replace(/\.[QKV]$/, "");

  /** Whether every node that is used is reached and leads on. */
  function connected(circuit: readonly number[]): boolean {
    const from = new Set(circuit.map((edge) => edges[edge]!.src.name));
    const to = new Set(circuit.map((edge) => nodeOf(edges[edge]!.dest.name)));
    const reached = [...from].every((node) => node === "Resid Start" || to.has(node));
    return reached && from.has("Resid Start") && [...to].every((node) => node === "Resid End" || from.has(node));
  }

  const circuits = Array.from({ length: 2 ** small.edgeCount }, (_, bits) =>
    edges.flatMap((_, edge) => ((bits >> edge) & 1 ? [edge] : [])),
  ).filter(connected);

  test.each([1, 2, 3, 4])("is the best of all that there are, of scores %d", async (seed) => {
    const values = Float32Array.from(edges, (_, edge) => Math.sin(seed * 7.1 + edge * 12.9898) - 0.3);
    const scores = new PruneScores(small, values);
    const sum = (circuit: readonly number[]) => circuit.reduce((all, edge) => all + Math.abs(values[edge]!), 0);
    const share = (circuit: readonly number[]) => circuit.filter((edge) => values[edge]! > 0).length / circuit.length;
    for (const positive of [0.4, 0.5, 2 / 3, 0.75, 1])
      for (const size of [1, 2, 3, 4, 5, 7]) {
        const allowed = circuits.filter((circuit) => circuit.length <= size && share(circuit) >= positive - 1e-12);
        const search = selectExact(scores, size, { positive });
        if (allowed.length === 0) {
          await expect(search).rejects.toThrow(/No circuit of at most/);
          continue;
        }
        const found = [...(await search).indices];
        expect(connected(found)).toBe(true);
        expect(found.length).toBeLessThanOrEqual(size);
        expect(share(found)).toBeGreaterThanOrEqual(positive - 1e-12);
        expect(sum(found)).toBeCloseTo(Math.max(...allowed.map(sum)), 5);
      }
  });

  test("takes a smaller circuit that has it, where a count of edges would leave it out", async () => {
    const values = new Float32Array(edges.length).fill(-0.5);
    for (const name of ["Resid Start->MLP 0", "MLP 0->Resid End", "A0.0->MLP 0"]) values[small.index(name)] = 1;
    const scores = new PruneScores(small, values);
    const names = async (size: number, options: object) => Array.from(await selectExact(scores, size, options), String);
    const both = ["Resid Start->MLP 0", "MLP 0->Resid End"].sort();
    expect((await names(3, { positive: 1 })).sort()).toEqual(both);
    await expect(selectExact(scores, 3, { leastPositive: 3 })).rejects.toThrow(/with at least 3 edges of positive/);
  });
});

describe("wrong input", () => {
  test("impossible sizes and scores", async () => {
    expect(() => selectTop(mixed, graph.edgeCount + 1)).toThrow(/the graph has only/);
    expect(() => selectTop(mixed, { share: 1.5 })).toThrow(/a share is from 0 to 1/);
    expect(() =>
      selectGreedy(
        scored(() => Number.NaN),
        3,
      ),
    ).toThrow(/is NaN/);
    expect(() => selectByShare(mixed, 3, 2)).toThrow(/`positive`/);
    await expect(
      selectExact(
        scored(() => Number.POSITIVE_INFINITY),
        3,
      ),
    ).rejects.toThrow(/finite/);
    await expect(selectExact(mixed, 0)).rejects.toThrow(/No circuit of at most 0 edges/);
    const all = scored((edge) => (graph.edge(edge).name === "A1.0->Resid End" ? 1 : -1));
    await expect(selectExact(all, 1, { positive: 1 })).rejects.toThrow(
      /with at least a share of 1 of its edges of positive score/,
    );
    await expect(selectExact(all, 5, { leastPositive: 2 })).rejects.toThrow(/with at least 2 edges of positive score/);
  });
});
